"""Columns of usual names are found by themselves; what the settings name comes first."""

import json
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.settings import ColumnMapping, SourceSettings
from pipeline.sources.columns import USUAL_NAMES, find_columns
from pipeline.sources.opening import open_source
from pipeline.sources.records import ReceivedReport, SourceError

KINDS = ("csv", "jsonl", "parquet", "xlsx")
SAID = "FINDINGS: Small effusion, no edema."


def write_table(path: Path, names: Sequence[str], *rows: Sequence[str]) -> Path:
    """The same rows in the file that the ending asks for."""
    if path.suffix == ".csv":
        lines = [names, *rows]
        text = "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines)
        path.write_text(text, encoding="utf-8")
    elif path.suffix == ".jsonl":
        entries = [dict(zip(names, row, strict=True)) for row in rows]
        path.write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    elif path.suffix == ".parquet":
        columns = {name: [row[at] for row in rows] for at, name in enumerate(names)}
        pq.write_table(pa.table(columns, pa.schema([(name, pa.string()) for name in names])), path)
    else:
        book = openpyxl.Workbook()
        for row in (names, *rows):
            book.active.append(list(row))
        book.save(path)
    return path


def read(path: Path, **columns: str) -> tuple[list[ReceivedReport], dict[str, int]]:
    """The reports, and what the summary says of the columns."""
    settings = {"kind": path.suffix[1:], "path": path, "columns": columns}
    source = open_source(SourceSettings.model_validate(settings))
    records = [record for record in source.records if isinstance(record, ReceivedReport)]
    said = {name: n for name, n in source.tallies.items() if "_of_sheet_" not in name}
    return records, said


def refusal(path: Path, **columns: str) -> str:
    with pytest.raises(SourceError) as caught:
        read(path, **columns)
    message = str(caught.value)
    assert path.name in message
    assert "effusion" not in message
    return message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("names", "report_id", "subject_id"),
    [
        (("report_id", "text", "patient_id"), "report_id", "patient_id"),
        (("Accession Number", "Report", "MRN"), "Accession Number", "MRN"),
        (("noteId", "TEXT", "SubjectID"), "noteId", "SubjectID"),
        (("dicom", "full_text", "patient"), "dicom", "patient"),
        (("STUDY-ID", "Report.Text", "subject"), "STUDY-ID", "subject"),
    ],
)
def test_whatever_the_case_and_the_kind_of_file(
    tmp_path: Path, kind: str, names: tuple[str, ...], report_id: str, subject_id: str
) -> None:
    path = write_table(tmp_path / f"reports.{kind}", names, ("A1", SAID, "P1"), ("A2", SAID, ""))
    records, said = read(path)
    assert [record.report_id for record in records] == ["A1", "A2"]
    assert [record.subject_id for record in records] == ["P1", None]
    assert [record.content for record in records] == [SAID, SAID]
    assert said[f"report_id_from_{report_id}"] == 2
    assert said[f"subject_id_from_{subject_id}"] == 1
    assert said[f"text_from_{names[1]}"] == 2


@pytest.mark.parametrize("kind", KINDS)
def test_sections_apart_are_found_with_the_split(tmp_path: Path, kind: str) -> None:
    names = ("uid", "Indication", "Comparison", "Findings", "Impression", "Split", "MeSH")
    path = write_table(
        tmp_path / f"reports.{kind}", names, ("1", "Cough.", "", "Clear.", "Normal.", "train", "x")
    )
    ((record,), said) = read(path)
    assert record.split == "train"
    assert record.content == (
        ("indication", "Cough."), ("findings", "Clear."), ("impression", "Normal."),
    )  # fmt: skip
    assert said["comparison_from_Comparison"] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_without_ids_rows_are_numbered_and_that_is_said(tmp_path: Path, kind: str) -> None:
    path = write_table(tmp_path / f"reports.{kind}", ("age", "text"), ("61", SAID), ("54", SAID))
    records, said = read(path)
    assert [record.report_id for record in records] == ["row-1", "row-2"]
    assert said == {"report_id_from_row_number": 2, "text_from_text": 2}


@pytest.mark.parametrize("kind", KINDS)
def test_two_columns_that_may_be_the_text_are_both_named_with_the_option(
    tmp_path: Path, kind: str
) -> None:
    path = write_table(tmp_path / f"reports.{kind}", ("id", "Report", "body"), ("1", SAID, SAID))
    message = refusal(path)
    assert "Report and body may each hold the whole report" in message
    assert "--column text=Report or --column text=body" in message
    assert "source.columns.text" in message
    ((record,), _) = read(path, text="body")
    assert (record.report_id, record.content) == ("1", SAID)


def test_a_whole_text_beside_its_sections_has_to_be_chosen(tmp_path: Path) -> None:
    names = ("study_id", "report", "section_findings", "section_impression")
    path = write_table(tmp_path / "reports.csv", names, ("1", SAID, "Clear.", "Normal."))
    message = refusal(path)
    assert "--column text=report" in message
    assert "--column findings=section_findings --column impression=section_impression" in message
    ((record,), _) = read(path, findings="section_findings")
    assert record.content == (("findings", "Clear."),)  # no other content than was asked for
    assert (record.report_id, record.study_id) == ("1", "1")


def test_an_indication_beside_a_whole_text_leaves_no_doubt(tmp_path: Path) -> None:
    path = write_table(tmp_path / "a.csv", ("id", "indication", "text"), ("1", "Cough.", SAID))
    ((record,), _) = read(path)
    assert record.content == SAID


@pytest.mark.parametrize("kind", KINDS)
def test_where_nothing_is_usable_the_columns_there_are_are_listed(
    tmp_path: Path, kind: str
) -> None:
    path = write_table(
        tmp_path / f"reports.{kind}", ("id", "befund", "indication"), ("1", SAID, "Cough.")
    )
    message = refusal(path)
    assert "id, befund, indication" in message
    assert "--column text=NAME" in message
    ((record,), _) = read(path, text="befund")
    assert record.content == SAID


def test_the_likeliest_of_several_ids_is_taken(tmp_path: Path) -> None:
    names = ("dicom_id", "study_id", "subject_id", "accession_number", "text")
    path = write_table(tmp_path / "a.csv", names, ("d", "s", "p", "a", SAID))
    ((record,), said) = read(path)
    assert (record.report_id, record.study_id, record.subject_id) == ("a", "s", "p")
    assert said["report_id_from_accession_number"] == 1
    ((record,), _) = read(path, report_id="dicom_id")
    assert (record.report_id, record.study_id) == ("d", "s")


def test_a_column_that_is_something_else_is_no_id(tmp_path: Path) -> None:
    path = write_table(tmp_path / "a.csv", ("id", "text"), ("P1", SAID))
    ((record,), _) = read(path, subject_id="id")
    assert (record.report_id, record.subject_id) == ("row-1", "P1")


def test_a_role_may_be_said_to_have_no_column(tmp_path: Path) -> None:
    names = ("id", "split", "text", "findings")
    path = write_table(tmp_path / "a.csv", names, ("1", "left lung", SAID, "Clear."))
    ((record,), _) = read(path, report_id="", split="", text="")
    assert (record.report_id, record.split) == ("row-1", None)
    assert record.content == (("findings", "Clear."),)


def test_of_several_files_what_all_have_is_found(tmp_path: Path) -> None:
    write_table(tmp_path / "a.parquet", ("id", "split", "text"), ("1", "train", SAID))
    write_table(tmp_path / "b.parquet", ("text", "id"), (SAID, "2"))
    source = open_source(SourceSettings(kind="parquet", path=tmp_path))
    records = [record for record in source.records if isinstance(record, ReceivedReport)]
    assert [(r.report_id, r.split) for r in records] == [("1", None), ("2", None)]
    mapped = SourceSettings(kind="parquet", path=tmp_path, columns=ColumnMapping(split="split"))
    with pytest.raises(SourceError, match=r"b\.parquet: has no column split"):
        open_source(mapped)


def test_a_name_that_is_nearly_there_is_suggested(tmp_path: Path) -> None:
    path = write_table(tmp_path / "a.csv", ("ID", "Report_Text"), ("1", SAID))
    assert "no column report_text (did you mean Report_Text?)" in refusal(path, text="report_text")


def test_a_header_that_is_a_patients_row_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("10000032,Large left lung mass\n10000033,Clear lungs\n")
    message = refusal(path)
    assert "is the header missing?" in message
    assert "10000032" not in message
    assert "mass" not in message


def test_a_column_of_nested_values_is_not_taken_for_a_text(tmp_path: Path) -> None:
    table = pa.table({"id": ["1"], "report": [["a", "list"]], "text": [SAID]})
    pq.write_table(table, tmp_path / "a.parquet")
    ((record,), _) = read(tmp_path / "a.parquet")
    assert record.content == SAID


def test_a_key_of_late_json_rows_has_to_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"id": n, "text": SAID} for n in range(1_000)]
    path.write_text("\n".join(json.dumps(row) for row in [*rows, {**rows[0], "patient_id": "p"}]))
    assert "name it: --column subject_id=patient_id" in refusal(path)
    records, _ = read(path, subject_id="patient_id")
    assert (records[0].subject_id, records[1_000].subject_id) == (None, "p")


def test_numbers_of_rows_count_those_that_were_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\nClear.\nOne, two.\nNormal.\n")
    records, _ = read(path)
    assert [record.report_id for record in records] == ["row-1", "row-3"]


def test_numbers_of_rows_go_on_from_file_to_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_table(tmp_path / f"{name}.parquet", ("text",), (SAID,))
    settings = SourceSettings(kind="parquet", path=tmp_path)
    ids = [r.report_id for r in open_source(settings).records if isinstance(r, ReceivedReport)]
    assert ids == ["row-1", "row-2"]


@pytest.mark.parametrize("role", USUAL_NAMES)
def test_every_usual_name_is_found(role: str) -> None:
    for name in USUAL_NAMES[role]:
        present = [name] if role in ("text", "findings", "impression") else [name, "text"]
        assert getattr(find_columns(present, ColumnMapping(), "a file"), role, None) == name or (
            role in ("indication", "comparison")  # of which a whole text has no need
        )
