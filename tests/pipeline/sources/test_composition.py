"""What makes a record a report, and what keeps it out."""

import pytest

from data_contracts.quarantine import Location, Rejected
from pipeline.sources.composition import check_report, without_repeats
from pipeline.sources.records import ReceivedReport, Report

Content = str | tuple[tuple[str, str], ...]


def received(content: Content, report_id: str | None = "r1", row: int = 2) -> ReceivedReport:
    return ReceivedReport(Location("reports.csv", row), report_id, "p1", None, None, content)


def reason(record: ReceivedReport, max_characters: int = 1_000) -> str:
    checked = check_report(record, max_characters)
    assert isinstance(checked, Rejected)
    return checked.reason


def test_sections_that_come_apart_are_joined_and_stay_verbatim() -> None:
    parts = (("indication", " fever "), ("comparison", "  "), ("impression", "No\nedema."))
    report = check_report(received(parts, " r1 "), 1_000)
    assert isinstance(report, Report)
    assert report.report_id == "r1"
    assert report.text == "INDICATION:  fever \nIMPRESSION: No\nedema.\n"
    assert [(s.name, report.text[s.start : s.end]) for s in report.sections] == [
        ("indication", "fever"), ("impression", "No\nedema."),
    ]  # fmt: skip


@pytest.mark.parametrize("content", ["", " \r\n\t", "FINDINGS:\n", (), (("findings", " \n"),)])
def test_a_report_without_words_is_empty(content: Content) -> None:
    assert reason(received(content)) == "empty_report"


@pytest.mark.parametrize("report_id", [None, "", "  "])
def test_a_report_needs_an_id(report_id: str | None) -> None:
    assert reason(received("IMPRESSION: Normal.", report_id)) == "missing_id"


def test_text_in_the_place_of_an_id_stays_out_of_the_quarantine() -> None:
    checked = check_report(received("IMPRESSION: Normal.", "The lungs are clear. " * 9), 1_000)
    assert isinstance(checked, Rejected)
    assert (checked.reason, checked.record_id) == ("missing_id", None)
    assert "lungs" not in checked.detail


def test_a_megabyte_is_no_report() -> None:
    sentence = "No effusion. "
    assert reason(received(sentence * 80_000), 100_000) == "too_long"
    assert reason(received((("findings", "a" * 600), ("impression", "b" * 600)))) == "too_long"
    assert isinstance(check_report(received("a" * 1_000), 1_000), Report)
    assert reason(received("a" * 1_001)) == "too_long"


@pytest.mark.parametrize("sign", ["\x00", "\udce9"])
def test_what_no_table_can_hold_is_a_wrong_encoding(sign: str) -> None:
    assert reason(received(f"IMPRESSION: Trach{sign}e.")) == "wrong_encoding"
    assert reason(received("IMPRESSION: Normal.", f"r{sign}")) == "wrong_encoding"


def test_of_equal_ids_the_first_usable_wins_and_the_others_say_where_it_is() -> None:
    records: list[ReceivedReport | Rejected] = [
        received("", "a", 2),
        received("IMPRESSION: Normal.", "a", 3),
        received("IMPRESSION: Edema.", " a", 4),
        Rejected(Location("reports.csv", 5), None, "malformed_row", "2 fields, expected 3"),
        received("IMPRESSION: Edema.", "b", 6),
    ]
    out = list(without_repeats(iter(records), 1_000))
    assert [(type(r), r.reason if isinstance(r, Rejected) else r.report_id) for r in out] == [
        (Rejected, "empty_report"), (Report, "a"), (Rejected, "duplicate_id"),
        (Rejected, "malformed_row"), (Report, "b"),
    ]  # fmt: skip
    assert isinstance(out[2], Rejected)
    assert "reports.csv, row 3" in out[2].detail
