"""The de-identified reports of ChestX-ray14 that were published with MAPLEZ's annotations.

Bigolin Lanfredi et al., "Enhancing chest X-ray datasets with privacy-preserving large language
models and multi-type annotations", arXiv 2403.04024, 2024. With them the images of ChestX-ray14
(Wang et al. 2017) have reports.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from data_contracts.quarantine import Rejected
from pipeline.settings import SourceSettings
from pipeline.sources.delimited import read_rows
from pipeline.sources.records import ReceivedReport, Source

_IMAGE, _SECOND, _REPORT = "image1", "image2", "anonymized_report"
_NAME: Final = re.compile(r"(?P<subject>\d+)_\d+")
_REMEDY: Final = (
    "expected the CSV of ChestX-ray14's reports that MAPLEZ publishes, or use source.kind=csv with "
    "source.columns"
)


def open_reports(settings: SourceSettings) -> Source:
    """A report an image, named as ChestX-ray14's `Image Index` has it: `00000013_005.png`.

    A report on several images is that of the first, so that no report counts twice; the summary
    counts those that name an `image2`.

    Raises:
        SourceError: the file lacks one of the two columns.
    """
    tallies: Counter[str] = Counter()
    return Source(_read(settings.path, tallies), tallies=tallies)


def _read(path: Path, tallies: Counter[str]) -> Iterator[ReceivedReport | Rejected]:
    for row in read_rows(path, (_IMAGE, _REPORT), _REMEDY):
        if isinstance(row, Rejected):
            yield row
            continue
        location, cells = row
        # Only the file's name tells: the folder that it was read from may stand before it.
        name = cells[_IMAGE].strip().rpartition("/")[2].removesuffix(".png")
        told = _NAME.fullmatch(name)
        if told is None:
            detail = "image1: expected an image of ChestX-ray14, such as 00000013_005.png"
            yield Rejected(location, None, "missing_id", detail)
            continue
        tallies["with_a_second_image"] += bool(cells.get(_SECOND, "").strip())
        # The data entry table counts patients without leading zeros.
        subject = str(int(told["subject"]))
        yield ReceivedReport(location, f"{name}.png", subject, None, None, cells[_REPORT])
