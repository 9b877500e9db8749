"""Published values as rows of the labels table."""

from data_contracts.checking import check_table
from data_contracts.quarantine import Location
from data_contracts.tables import LABELS
from pipeline.labelling.label_columns import label_columns
from pipeline.lexicon.concepts import Lexicon
from pipeline.published_labels.records import LabelledReport
from pipeline.published_labels.tables import label_table


def test_what_is_affirmed_or_hedged_implies_and_what_is_denied_does_not(shipped: Lexicon) -> None:
    said = [
        {"finding:pneumonia": 1, "finding:lung_opacity_any": 0},
        {"finding:pneumonia": -1},
        {"finding:pneumonia": 0},
        {},
    ]
    reports = [
        LabelledReport(Location("x.csv", row), str(row), None, None, None, values)
        for row, values in enumerate(said, start=2)
    ]
    table = label_table(reports, label_columns(shipped))
    assert table["finding:lung_opacity_any"].to_pylist() == [1, -1, None, None]
    assert table["finding:pneumonia"].to_pylist() == [1, -1, 0, None]
    assert [len(entry) for entry in table["evidence"].to_pylist()] == [2, 2, 1, 0]


def test_evidence_names_file_and_row_of_each_value(shipped: Lexicon) -> None:
    report = LabelledReport(
        Location("maplez.csv", 2), "s1", "1", "1", None,
        {"finding:opacity": 1, "side:left": 1, "descriptor:mild": 1},
        {"side:left": 4, "descriptor:mild": 5},
    )  # fmt: skip
    plain = LabelledReport(Location("maplez.csv", 6), "s2", "1", "2", None, {"side:left": 0})
    table = label_table([report, plain], label_columns(shipped))
    check_table(LABELS, table, "labels")
    assert [dict(entry) for entry in table["evidence"].to_pylist()] == [
        {
            "finding:lung_opacity_any": ["maplez.csv:2"],
            "finding:opacity": ["maplez.csv:2"],
            "side:left": ["maplez.csv:4"],
            "descriptor:mild": ["maplez.csv:5"],
        },
        {"side:left": ["maplez.csv:6"]},
    ]
