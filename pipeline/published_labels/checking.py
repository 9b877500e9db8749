"""Whether published rows can be used: ids that tell reports apart, one row a report."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from data_contracts.quarantine import Rejected
from pipeline.published_labels.records import LabelledReport

_LONGEST_ID: Final = 128
_UNPRINTABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


def one_a_report(
    records: Iterator[LabelledReport | Rejected], tallies: Counter[str]
) -> Iterator[LabelledReport | Rejected]:
    """Records with a usable id, one each; the first one stands.

    Another row of the same report that says the same, as those of its other images do, is merged;
    one that says something else is set aside.

    Args:
        records: as read.
        tallies: is told how many rows were merged.
    """
    first: dict[str, tuple[str, int]] = {}
    for record in records:
        checked = record if isinstance(record, Rejected) else _check(record)
        if isinstance(checked, Rejected):
            yield _without_text(checked)
            continue
        # What was said is kept as a digest: of some data sets there are 400,000 rows.
        said = hash((checked.subject_id, *sorted(checked.values.items())))
        place, said_first = first.setdefault(checked.report_id, (str(checked.location), said))
        if place == str(checked.location):
            yield checked
        elif said == said_first:
            tallies["rows_merged"] += 1
        else:
            detail = f"says something else of the report than {place} does; keep one of them"
            yield Rejected(checked.location, checked.report_id, "conflicting_labels", detail)


def _without_text(rejected: Rejected) -> Rejected:
    """A rejected row, without what stands for its id where that may be a report's text."""
    if len(rejected.record_id or "") <= _LONGEST_ID:
        return rejected
    return replace(rejected, record_id=None)


def _check(record: LabelledReport) -> LabelledReport | Rejected:
    if not 0 < len(record.report_id) <= _LONGEST_ID:
        detail = f"expected an id of 1 to {_LONGEST_ID} characters"
        return Rejected(record.location, None, "missing_id", detail)
    ids = (record.report_id, record.subject_id, record.study_id, record.split)
    if any(part is not None and _UNPRINTABLE.search(part) for part in ids):
        detail = "expected UTF-8 text without NUL; save the file as UTF-8"
        return Rejected(record.location, record.report_id, "wrong_encoding", detail)
    return record
