"""Excel workbooks as people keep their reports in."""

import gzip
import zipfile
from pathlib import Path

import openpyxl
import pytest

from data_contracts.quarantine import Rejected
from pipeline.settings import SourceSettings
from pipeline.sources.opening import open_source
from pipeline.sources.records import ReceivedReport, Source, SourceError

HEADER = ("Accession", "Age", "Report")
SAID = "FINDINGS: No effusion."


def open_xlsx(path: Path, sheet: str | None = None) -> Source:
    return open_source(SourceSettings(kind="xlsx", path=path, sheet=sheet))


def texts(source: Source) -> dict[str | None, object]:
    return {r.report_id: r.content for r in source.records if isinstance(r, ReceivedReport)}


def write(path: Path, **sheets: list[tuple[object, ...]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def refusal(path: Path, sheet: str | None = None) -> str:
    with pytest.raises(SourceError) as caught:
        list(open_xlsx(path, sheet).records)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "effusion" not in message
    return message


def test_cells_become_text_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    rows: list[tuple[object, ...]] = [
        (), HEADER, (12, 61, SAID), (), (13.0, None, "Two\nlines._x000D_\nThree."), (14,),
    ]  # fmt: skip
    source = open_xlsx(write(tmp_path / "a.xlsx", Reports=rows))
    records = [record for record in source.records if isinstance(record, ReceivedReport)]
    assert [(r.location.row, r.report_id, r.content) for r in records] == [
        (3, "12", SAID), (5, "13", "Two\nlines.\r\nThree."), (6, "14", ""),
    ]  # fmt: skip
    assert source.tallies == {
        "rows_of_sheet_Reports": 3, "report_id_from_Accession": 3, "text_from_Report": 2,
    }  # fmt: skip


def test_the_one_sheet_in_which_there_are_reports_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.xlsx",
        Legend=[("what", "meaning"), ("Age", "in years")],
        Data=[HEADER, ("1", 61, SAID)],
        Empty=[],
    )
    assert texts(open_xlsx(path)) == {"1": SAID}


def test_of_two_sheets_of_reports_one_has_to_be_named(tmp_path: Path) -> None:
    sheets: dict[str, list[tuple[object, ...]]] = {
        "2023": [HEADER, ("1", 61, SAID)],
        "2024 new": [HEADER, ("2", 54, SAID)],
    }
    path = write(tmp_path / "a.xlsx", **sheets)
    message = refusal(path)
    assert "any of the sheets 2023, 2024 new may hold the reports" in message
    assert "--set source.sheet=2023" in message
    assert texts(open_xlsx(path, "2024 new")) == {"2": SAID}
    assert "its sheets are 2023, 2024 new" in refusal(path, "2022")


def test_a_hidden_sheet_is_read_only_where_it_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", Old=[HEADER, ("1", 61, SAID)], New=[HEADER, ("2", 54, SAID)])
    book = openpyxl.load_workbook(path)
    book["Old"].sheet_state = "hidden"
    book.active = 1
    book.save(path)
    assert texts(open_xlsx(path)) == {"2": SAID}
    assert texts(open_xlsx(path, "Old")) == {"1": SAID}


def test_a_workbook_of_any_name_is_told_by_its_content(tmp_path: Path) -> None:
    path = write(tmp_path / "reports.csv", Reports=[HEADER, ("1", 61, SAID)])
    assert texts(open_xlsx(path)) == {"1": SAID}
    with pytest.raises(SourceError, match="is an Excel workbook; read it with the kind xlsx"):
        list(open_source(SourceSettings(kind="csv", path=path)).records)


def test_what_is_no_workbook_is_told_with_its_kind(tmp_path: Path) -> None:
    path = tmp_path / "reports.xlsx"
    path.write_text(f"Accession,Report\n1,{SAID}\n")
    assert "is a text file; read it with the kind csv or jsonl" in refusal(path)
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert "is gzipped; unpack it" in refusal(path)


def test_empty_sheets_headers_alone_and_damage_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "reports.xlsx"
    assert "has no sheet that holds anything" in refusal(write(path, Reports=[]))
    assert "no row below it" in refusal(write(path, Reports=[HEADER]))
    write(path, Reports=[HEADER, ("1", 61, SAID)])
    path.write_bytes(path.read_bytes()[:-200])
    assert "is a damaged Excel workbook; save it anew" in refusal(path)


def with_rows(path: Path, *rows: str) -> Path:
    """A workbook whose sheet has these rows, as they stand in its file."""
    write(path, Reports=[("id", "report"), ("a", SAID)])
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    before, _, behind = members[sheet].decode().partition("<sheetData>")
    _, _, behind = behind.partition("</sheetData>")
    members[sheet] = f"{before}<sheetData>{''.join(rows)}</sheetData>{behind}".encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)
    return path


def row(number: int, **cells: str) -> str:
    """A row as Excel writes it, of cells by their column."""
    written = "".join(
        f'<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for column, text in cells.items()
    )
    return f'<row r="{number}">{written}</row>'


HEADING = row(1, A="id", B="report")


@pytest.mark.parametrize("number", [2, 1, -5, 0, 1_048_577, 10**12])
def test_a_row_whose_number_does_not_grow_is_set_aside_with_all_behind(
    tmp_path: Path, number: int
) -> None:
    """openpyxl would leave it out without a word, or give a row for each number in between."""
    rows = row(2, A="a", B=SAID), row(number, A="b", B=SAID)
    first, second = open_xlsx(with_rows(tmp_path / "r.xlsx", HEADING, *rows)).records
    assert isinstance(first, ReceivedReport)
    assert first.report_id == "a"
    assert isinstance(second, Rejected)
    assert second.reason == "unreadable_file"


def test_rows_and_cells_may_be_left_out_and_stand_in_any_order_of_columns(tmp_path: Path) -> None:
    rows = row(4, B=SAID, A="a"), row(900_000, B=SAID, A="b", D="aside")
    source = open_xlsx(with_rows(tmp_path / "r.xlsx", HEADING, *rows))
    records = list(source.records)
    assert [record.location.row for record in records] == [4, 900_000]
    assert [record.report_id for record in records if isinstance(record, ReceivedReport)] == [
        "a",
        "b",
    ]


@pytest.mark.parametrize("column", ["ZZZZZZ", "XFE", ""])
def test_a_cell_in_no_column_sets_its_row_aside(tmp_path: Path, column: str) -> None:
    rows = row(2, A="a", B=SAID), row(3, **{"A": "b", "B": SAID, column: "x"})
    first, second = open_xlsx(with_rows(tmp_path / "r.xlsx", HEADING, *rows)).records
    assert isinstance(first, ReceivedReport)
    assert isinstance(second, Rejected)
