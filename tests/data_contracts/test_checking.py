"""A table that breaks its promise is refused with words that help and betray no patient."""

import pyarrow as pa
import pytest

from data_contracts.checking import check_table
from data_contracts.errors import ContractError
from data_contracts.tables import EVIDENCE, LABELS, MENTIONS, REPORTS, SECTION_SPANS

SECRET = "Mrs. Tidwell fell on her left side."


def reports(**changed: object) -> pa.Table:
    columns = {
        "report_id": ["r1", "r2"],
        "subject_id": ["p1", None],
        "study_id": ["s1", None],
        "source": ["csv", "csv"],
        "split": ["train", None],
        "text": [SECRET, "Clear lungs."],
        "sections": pa.array([[{"name": "body", "start": 0, "end": 35}], []], SECTION_SPANS),
        "indication": pa.array([None, None], pa.string()),
        "findings": pa.array([None, None], pa.string()),
        "impression": pa.array([None, None], pa.string()),
    }
    return pa.table({**columns, **changed})


def labels(values: list[int | None]) -> pa.Table:
    nothing = pa.array([None] * len(values), pa.string())
    return pa.table(
        {
            "report_id": [f"r{row}" for row in range(len(values))],
            "subject_id": nothing,
            "study_id": nothing,
            "split": nothing,
            "evidence": pa.array([[]] * len(values), EVIDENCE),
            "finding:opacity": pa.array(values, pa.int8()),
        }
    )


def mentions(**changed: object) -> pa.Table:
    columns = {
        "mention_id": ["r1/0"],
        "report_id": ["r1"],
        "section": ["findings"],
        "sentence": [0],
        "sentence_start": [0],
        "sentence_end": [20],
        "start": [3],
        "end": [10],
        "text": ["opacity"],
        "concept_id": ["finding:opacity"],
        "category": ["finding"],
        "assertion": ["affirmed"],
        "cue": pa.array([None], pa.string()),
        "cue_start": pa.array([None], pa.int32()),
        "cue_end": pa.array([None], pa.int32()),
        "finding_ids": [["r1/0"]],
        "rule": ["opacity"],
        "cue_rule": pa.array([None], pa.string()),
    }
    return pa.table({**columns, **changed})


def refusal(contract_table: pa.Table, contract: object = REPORTS) -> str:
    with pytest.raises(ContractError) as caught:
        check_table(contract, contract_table, "reports.csv")  # type: ignore[arg-type]
    return str(caught.value)


def test_columns_in_any_order_and_width_come_back_as_the_contract_says() -> None:
    table = mentions()
    shuffled = table.select(table.column_names[::-1])
    checked = check_table(MENTIONS, shuffled, "mentions.parquet")
    assert checked.column_names == list(MENTIONS.column_names)
    assert checked.schema.field("start").type == pa.int32()
    assert checked.schema.field("start").metadata[b"unit"] == b"characters"


def test_a_missing_and_an_unknown_column_are_both_named() -> None:
    renamed = reports().rename_columns(
        ["id" if name == "report_id" else name for name in REPORTS.column_names]
    )
    message = refusal(renamed)
    assert "reports.csv" in message
    assert "misses report_id" in message
    assert "unknown id" in message


def test_a_key_without_a_value_is_refused_with_its_row() -> None:
    message = refusal(reports(report_id=["r1", None]))
    assert "column 'report_id'" in message
    assert "row 1" in message


def test_a_repeated_key_is_refused() -> None:
    assert "repeats its key (report_id): 2 rows" in refusal(reports(report_id=["r1", "r1"]))


def test_a_value_that_is_not_allowed_is_shown_with_column_and_row() -> None:
    message = refusal(mentions(assertion=["denied"]), MENTIONS)
    assert "column 'assertion', row 0: 'denied'" in message
    assert "affirmed" in message


def test_an_offset_below_zero_is_refused() -> None:
    assert "column 'start', row 0: -1" in refusal(mentions(start=[-1]), MENTIONS)


def test_a_label_is_one_of_three_values_or_not_mentioned() -> None:
    assert check_table(LABELS, labels([1, 0, -1, None]), "labels").num_rows == 4
    message = refusal(labels([1, 2]), LABELS)
    assert "column 'finding:opacity', row 1: 2" in message


def test_a_label_of_any_concept_is_told_with_its_column_and_row() -> None:
    table = labels([1, 0, None]).append_column("side:left", pa.array([1, None, 3], pa.int8()))
    assert "column 'side:left', row 2: 3 fails isin([1, 0, -1])" in refusal(table, LABELS)


def test_a_column_that_is_no_concept_has_no_place_among_labels() -> None:
    stray = labels([1]).append_column("Opacity", pa.array([1], pa.int8()))
    assert "unknown Opacity" in refusal(stray, LABELS)


def test_a_patients_text_is_in_no_message() -> None:
    for broken in (
        reports(sections=[SECRET, SECRET]),
        reports(split=["train", SECRET], report_id=["r1", "r1"]),
        reports(text=[SECRET, None]),
    ):
        assert "Tidwell" not in refusal(broken)
    for broken in (
        mentions(start=[SECRET]),
        mentions(text=[SECRET], end=[-1]),
        mentions(cue=[SECRET], cue_start=[-1]),
    ):
        assert "Tidwell" not in refusal(broken, MENTIONS)


def test_an_empty_table_keeps_its_contract() -> None:
    empty = REPORTS.schema().empty_table()
    assert check_table(REPORTS, empty, "reports.parquet").num_rows == 0
