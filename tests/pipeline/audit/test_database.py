"""Tables by their names, to be read and nothing else."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.audit.answers import show_answer, write_answer
from pipeline.audit.database import Tables
from pipeline.audit.errors import TablesError


def test_tables_have_the_names_of_their_files_those_of_subfolders_with_the_folder(
    folder: Path,
) -> None:
    (folder / "audit").mkdir()
    write_answer(Tables(folder).ask("SELECT 1 AS one"), folder / "audit" / "my-scores.parquet")

    tables = Tables(folder)

    assert {"reports", "mentions", "findings", "labels"} <= tables.paths.keys()
    assert tables.ask("SELECT one FROM audit_my_scores").to_pylist() == [{"one": 1}]


def test_a_question_joins_tables_and_label_columns(tables: Tables) -> None:
    answer = tables.ask(
        'SELECT report_id, text FROM labels JOIN mentions USING (report_id) '
        'WHERE "finding:opacity" = 1 ORDER BY "start"'
    )  # fmt: skip
    assert answer["text"].to_pylist() == ["opacity", "left", "pneumonia"]


@pytest.mark.parametrize(
    "attempt",
    [
        "DROP VIEW mentions",
        "CREATE TABLE mine AS SELECT 1",
        "SELECT 1; DROP VIEW mentions",
        "COPY mentions TO '{folder}/stolen.csv'",
        "SET enable_external_access = true",
        "SELECT * FROM read_text('/etc/hostname')",
        "ATTACH '{folder}/other.db'",
        "INSTALL httpfs",
    ],
)
def test_no_question_changes_anything_or_reads_other_files(attempt: str, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(TablesError):
        Tables(folder).ask(attempt.format(folder=folder))
    assert sorted(folder.rglob("*")) == before


def test_a_mistyped_question_is_explained_with_the_tables_there_are(tables: Tables) -> None:
    with pytest.raises(TablesError, match=r"(?s)mentionz.*Tables: .*mentions"):
        tables.ask("SELECT * FROM mentionz")


def test_a_folder_without_tables_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(TablesError, match=r"holds no table.*dvc repro"):
        Tables(tmp_path)


def test_a_file_that_is_no_parquet_is_named(folder: Path) -> None:
    (folder / "broken.parquet").write_bytes(b"PAR1 not")
    with pytest.raises(TablesError, match=r"broken\.parquet: cannot be read"):
        Tables(folder)


def test_answers_become_csv_with_lists_as_text_and_parquet(tables: Tables, tmp_path: Path) -> None:
    answer = tables.ask("SELECT mention_id, finding_ids FROM mentions ORDER BY 1 LIMIT 2")
    write_answer(answer, tmp_path / "out.csv")
    write_answer(answer, tmp_path / "out.parquet")
    assert (tmp_path / "out.csv").read_text().splitlines()[2] == '"r1/1","[\'r1/0\']"'
    assert Tables(tmp_path).ask("SELECT * FROM out").equals(answer)
    with pytest.raises(TablesError, match=r"neither \.csv nor \.parquet"):
        write_answer(answer, tmp_path / "out.xlsx")


def test_text_of_reports_cannot_command_the_terminal(tables: Tables) -> None:
    console = Console(record=True, width=80, file=StringIO())
    console.print(show_answer(tables.ask("SELECT chr(27) || '[31mred' AS hostile"), 5))
    assert "·[31mred" in console.export_text(styles=True)
