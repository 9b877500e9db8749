"""Answers on the terminal and in files, and what stands in their way."""

from io import StringIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from pipeline.auditing.tables.answers import show_answer, write_answer
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.errors import TablesError

ANSWER = pa.table({"one": [1]})


def test_answers_become_csv_with_lists_as_text_and_parquet(tables: Tables, tmp_path: Path) -> None:
    answer = tables.ask("SELECT mention_id, finding_ids FROM mentions ORDER BY 1 LIMIT 2")
    write_answer(answer, tmp_path / "out.csv")
    write_answer(answer, tmp_path / "out.parquet")
    assert (tmp_path / "out.csv").read_text().splitlines()[2] == '"r1/1","[\'r1/0\']"'
    with Tables(tmp_path) as written:
        assert written.ask("SELECT * FROM out").equals(answer)
    with pytest.raises(TablesError, match=r"neither \.csv nor \.parquet"):
        write_answer(answer, tmp_path / "out.xlsx")


def test_text_of_reports_cannot_command_the_terminal(tables: Tables) -> None:
    console = Console(record=True, width=80, file=StringIO())
    console.print(show_answer(tables.ask("SELECT chr(27) || '[31mred' AS hostile"), 5))
    assert "·[31mred" in console.export_text(styles=True)


def test_columns_of_one_name_are_both_shown(tables: Tables) -> None:
    console = Console(record=True, width=80, file=StringIO())
    console.print(show_answer(tables.ask("SELECT 'left' AS side, 'right' AS side"), 5))
    shown = console.export_text()
    assert "left" in shown
    assert "right" in shown


def test_an_older_answer_is_replaced(tmp_path: Path) -> None:
    for path in (tmp_path / "new" / "out.parquet", tmp_path / "out.csv"):
        write_answer(pa.table({"one": [1, 2]}), path)
        write_answer(ANSWER, path)
    assert pq.read_table(tmp_path / "new" / "out.parquet").equals(ANSWER)
    assert (tmp_path / "out.csv").read_text() == '"one"\n1\n'


def test_an_answer_that_holds_a_whole_table_is_an_answer(folder: Path, tables: Tables) -> None:
    write_answer(tables.ask("FROM mentions"), folder / "mine.parquet")
    write_answer(ANSWER, folder / "mine.parquet")
    assert pq.read_table(folder / "mine.parquet").equals(ANSWER)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("mentions.parquet", "is a folder"),
        ("mentions.parquet/part-00000.parquet", "lies within a table"),
        ("mentions.parquet/part-00009.parquet", "lies within a table"),
        ("mentions.parquet/deep/out.csv", "lies within a table"),
        ("linked/out.csv", "lies within a table"),
        ("correction_outcomes.parquet", "is a table, and no answer"),
        ("broken.parquet", "is a table, and no answer"),
        ("plain.csv/out.csv", "cannot be written"),
        ("folder.csv", "is a folder"),
        ("out.xlsx", "ends in neither"),
        ("out", "ends in neither"),
    ],
)
def test_an_answer_takes_no_tables_place(place: str, told: str, folder: Path) -> None:
    (folder / "folder.csv").mkdir()
    (folder / "plain.csv").write_text("kept", encoding="utf-8")
    (folder / "broken.parquet").write_bytes(b"PAR1 not")
    (folder / "linked").symlink_to(folder / "mentions.parquet")
    before = {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}
    with pytest.raises(TablesError, match=told):
        write_answer(ANSWER, folder / place)
    assert {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")} == before


@pytest.mark.parametrize(
    ("question", "ending"),
    [
        ("SELECT INTERVAL 1 DAY", ".csv"),
        ("SELECT INTERVAL 1 DAY", ".parquet"),
        ("SELECT '\\xFF'::BLOB", ".csv"),
        ("SELECT union_value(a := 1)", ".parquet"),
        ("SELECT 1::BIGNUM", ".csv"),
    ],
)
def test_types_that_a_file_cannot_hold_are_named(
    question: str, ending: str, tables: Tables, tmp_path: Path
) -> None:
    with pytest.raises(TablesError, match=rf"\{ending} cannot hold all of .*; cast"):
        write_answer(tables.ask(question), tmp_path / f"out{ending}")
    assert not list(tmp_path.glob(".out*"))
