"""Rows that can be used, one a report."""

from collections import Counter

import pytest

from data_contracts.quarantine import Location, Rejected
from pipeline.published_labels.checking import one_a_report
from pipeline.published_labels.records import LabelledReport

TEXT = "Mrs Quillfeather is well. " * 10


def labelled(row: int, report_id: str, value: int = 1) -> LabelledReport:
    values = {"finding:opacity": value}
    return LabelledReport(Location("x.csv", row), report_id, None, None, None, values)


def test_the_first_row_of_a_report_stands() -> None:
    tallies: Counter[str] = Counter()
    rows = [labelled(2, "a"), labelled(3, "a"), labelled(4, "a", 0), labelled(5, "b", 0)]
    *kept, other, last = one_a_report(iter(rows), tallies)
    assert kept == [rows[0]]
    assert last == rows[3]
    assert tallies == {"rows_merged": 1}
    assert isinstance(other, Rejected)
    assert other.reason == "conflicting_labels"
    assert "x.csv, row 2" in other.detail


@pytest.mark.parametrize(
    ("report_id", "reason"),
    [("", "missing_id"), (TEXT, "missing_id"), ("a\x00", "wrong_encoding")],
)
def test_an_id_that_tells_nothing_apart_is_refused(report_id: str, reason: str) -> None:
    (refused,) = one_a_report(iter([labelled(2, report_id)]), Counter())
    assert isinstance(refused, Rejected)
    assert refused.reason == reason


def test_what_may_be_a_reports_text_is_never_an_id_in_the_quarantine() -> None:
    for row in (labelled(2, TEXT), Rejected(Location("x.csv", 2), TEXT, "wrong_value", "")):
        (refused,) = one_a_report(iter([row]), Counter())
        assert isinstance(refused, Rejected)
        assert refused.record_id is None
