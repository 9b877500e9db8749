"""CheXpert: `train.csv`, `valid.csv` and `test.csv`.

Irvin et al., "CheXpert: A Large Chest Radiograph Dataset with Uncertainty Labels and Expert
Comparison", AAAI 2019. 1.0 positive, 0.0 negative, -1.0 uncertain, blank not mentioned.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from data_contracts.quarantine import Rejected
from pipeline.published_labels.columns import LabelColumns, label_columns, read_values
from pipeline.published_labels.records import LabelledReport, LabelRequest, LabelSource
from pipeline.sources.delimited import read_rows
from pipeline.sources.records import SourceError

_PATH: Final = "Path"
_OTHERS: Final = (_PATH, "Sex", "Age", "Frontal/Lateral", "AP/PA")
_VIEW: Final = re.compile(
    r"(?:^|/)(?P<split>train|valid|test)/(?P<study>(?P<subject>patient\d+)/study\d+)/[^/]+$"
)
_FILES: Final = ("train.csv", "valid.csv", "test.csv")
_REMEDY: Final = "expected CheXpert's train.csv or valid.csv"


def open_labels(request: LabelRequest) -> LabelSource:
    """A row a study, `patient00001/study1`: its views have the same labels.

    Raises:
        SourceError: the folder holds neither table, or one lacks the column of paths.
    """
    files = [request.path]
    if request.path.is_dir():
        found = [file for name in _FILES for file in _find(request.path, name)]
        if not found:
            raise SourceError(f"{request.path}: holds none of {', '.join(_FILES)}; name a file")
        files = found
    without_concept: Counter[str] = Counter()
    return LabelSource(_read(files, request.concept_ids, without_concept), without_concept)


def _find(folder: Path, name: str) -> list[Path]:
    return [file for file in (folder / name, folder / f"{name}.gz") if file.is_file()][:1]


def _read(
    files: list[Path], concept_ids: frozenset[str], without_concept: Counter[str]
) -> Iterator[LabelledReport | Rejected]:
    for file in files:
        columns: LabelColumns | None = None
        for row in read_rows(file, (_PATH,), _REMEDY):
            if isinstance(row, Rejected):
                yield row
                continue
            location, cells = row
            view = _VIEW.search(cells[_PATH])
            if view is None:
                detail = "Path: expected one such as train/patient00001/study1/view1_frontal.jpg"
                yield Rejected(location, None, "missing_id", detail)
                continue
            columns = columns or label_columns(list(cells), _OTHERS, concept_ids)
            values = read_values(location, view["study"], cells, columns, without_concept)
            yield (
                values
                if isinstance(values, Rejected)
                else LabelledReport(
                    location, view["study"], view["subject"], view["study"], view["split"], values
                )
            )
