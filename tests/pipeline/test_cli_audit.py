"""`audit` as a user types it: what each command prints, writes, and says it lacks."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from data_contracts.audit_tables import CHANGES, CONFUSION, COUNTS
from data_contracts.corrections import MEASURES, REVIEW_SAMPLE
from data_contracts.storage import read_table
from pipeline.auditing.corrections.log import append_decisions
from pipeline.auditing.references.coding import READINGS, REFERENCE_KINDS
from pipeline.auditing.references.reading import ASPECTS
from pipeline.auditing.review.deciding import Asked, decide
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.one_report import read_report
from pipeline.cli import app
from pipeline.labelling.applying import digest_text
from pipeline.labelling.decision import Decision
from pipeline.lexicon.concepts import load_lexicon

COMMANDS = ("summary", "show", "sample", "sql", "measure", "rules", "serve", "compare")
OPACITY = {"opacity": "finding:opacity", "left": "side:left"}
STATEMENTS = [
    ("r1", "findings", "An opacity on the left.", "affirmed", OPACITY),
    ("r2", "findings", "No opacity on the left.", "negated", OPACITY),
    ("r3", "impression", "There is pneumonia.", "affirmed", {"pneumonia": "finding:pneumonia"}),
]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("PNEUMOLOC_TOKEN", raising=False)


@pytest.fixture
def data(tmp_path: Path, label_run: Callable[..., Path]) -> Path:
    """A run where the commands look for one."""
    return label_run(tmp_path / "data", STATEMENTS)


def audit(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", *arguments], prog_name="python -m pipeline")


def done(*arguments: str) -> str:
    result = audit(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_each_commands_help_ends_with_an_example_of_it(command: str) -> None:
    last = done(command, "--help").rstrip().rpartition("\n\n")[2]
    assert last.strip().startswith(f"Example: python -m pipeline audit {command}")


@pytest.mark.parametrize(
    "command", [("summary",), ("show", "r1"), ("sample",), ("sql", "SELECT 1")]
)
def test_without_tables_the_way_to_them_is_named(command: tuple[str, ...]) -> None:
    result = audit(*command)
    assert result.exit_code == 2
    assert "data: holds no table" in result.stderr
    assert "uv run dvc repro" in result.stderr


@pytest.mark.usefixtures("data")
def test_summary_counts_and_tells_what_changed(
    tmp_path: Path, label_run: Callable[..., Path]
) -> None:
    other = [(*STATEMENTS[0][:3], "negated", OPACITY), *STATEMENTS[1:]]
    label_run(tmp_path / "before", other)
    shown = done("summary", "--against", "before", "--out", "kept")
    for words in ("mentions per concept", "mentions per section", "changes against before"):
        assert words in shown
    (row,) = [line for line in shown.splitlines() if "side:left" in line and "r1" in line]
    assert "33.33%" in row
    assert read_table(COUNTS, Path("kept/counts.parquet")).num_rows == 5
    changed = read_table(CHANGES, Path("kept/changes.parquet")).to_pylist()
    assert {row["report_id"] for row in changed} == {"r1"}


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("command", [("summary", "--out", "plain"), ("sample", "--out", "data")])
def test_a_file_for_a_folder_or_a_folder_for_a_file_is_told(command: tuple[str, ...]) -> None:
    Path("plain").write_text("", encoding="utf-8")
    result = audit(*command)
    assert result.exit_code == 2
    assert command[-1] in result.stderr


@pytest.mark.usefixtures("data")
def test_show_prints_a_report_and_an_unknown_one_is_told() -> None:
    shown = done("show", "r2")
    assert "No opacity on the left." in shown
    assert "negated" in shown
    result = audit("show", "r9")
    assert result.exit_code == 2
    assert "r9" in result.stderr


@pytest.mark.usefixtures("data")
def test_sql_answers_as_table_csv_or_parquet() -> None:
    query = "SELECT concept_id, count(*) AS n FROM mentions GROUP BY ALL ORDER BY ALL"
    assert "finding:pneumonia" in done("sql", query)
    assert "mentions" in done("sql")
    assert "wrote 3 rows to answer.csv" in done("sql", query, "--out", "answer.csv")
    done("sql", query, "--out", "answer.parquet")
    written = pd.read_csv("answer.csv")
    assert written["n"].tolist() == [2, 1, 2]
    pd.testing.assert_frame_equal(written, pd.read_parquet("answer.parquet"), check_dtype=False)


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("out", ["data/labels.parquet", "folder.csv", "plain/x.csv", "x.txt"])
def test_an_answer_that_cannot_be_kept_is_told_before_the_query_runs(out: str) -> None:
    Path("folder.csv").mkdir()
    Path("plain").write_text("", encoding="utf-8")
    result = audit("sql", "SELECT 1", "--out", out)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{out}: ")


@pytest.mark.usefixtures("data")
def test_an_answer_does_not_replace_what_reviewers_decided(data: Path) -> None:
    done("sample", "--reports", "2")
    review(data, Path("corrections"), "r1")
    file = Path("corrections/corrections.parquet")
    before = file.read_bytes()
    assert "ada" in done("sql", "SELECT DISTINCT reviewer FROM corrections")
    for attempt in (
        ("SELECT 1", "--out", str(file)),
        (f"EXPLAIN ANALYZE COPY (SELECT 1) TO '{file}'",),
        (f"WITH x AS (COPY (SELECT 1) TO '{file.resolve()}') SELECT 1",),
    ):
        assert audit("sql", *attempt).exit_code == 2
    assert file.read_bytes() == before


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    "query", ["DROP VIEW mentions", "COPY mentions TO 'x.csv'", "SELECT x y z"]
)
def test_sql_that_is_no_question_is_refused(query: str, tmp_path: Path) -> None:
    result = audit("sql", query)
    assert result.exit_code == 2
    assert result.stderr
    assert not (tmp_path / "x.csv").exists()


def review(data: Path, corrections: Path, report_id: str) -> None:
    """A reviewer who takes the report's first mention away, and accepts the rest."""
    with Tables(data) as tables:
        read = read_report(tables, report_id)
    first = read.mentions[0]
    removed = Asked(action="remove", start=first["start"], end=first["end"],
                    before_concept=first["concept_id"])  # fmt: skip
    made: list[Decision] = []
    for asked in (removed, Asked(action="done")):
        made += decide(asked, read, digest=digest_text(read.text), reviewer="ada", before=made,
                       concept_ids={}, lexicon=load_lexicon(None).fingerprint,
                       now=pd.Timestamp("2026-11-01", tz="UTC").to_pydatetime())  # fmt: skip
    append_decisions(corrections, made)


def test_a_sample_is_drawn_reviewed_measured_and_not_drawn_over(data: Path) -> None:
    assert "wrote corrections/sample.parquet" in done("sample", "--reports", "2")
    first = read_table(REVIEW_SAMPLE, Path("corrections/sample.parquet"))
    done("sample", "--reports", "2")
    assert read_table(REVIEW_SAMPLE, Path("corrections/sample.parquet")).equals(first)

    result = audit("measure")
    assert result.exit_code == 2
    assert "no report of corrections/sample.parquet is done" in result.stderr

    reviewed = first["report_id"][0].as_py()
    review(data, Path("corrections"), reviewed)
    shown = done("measure")
    assert "cues and rules, the next to mend first" in shown
    rows = read_table(MEASURES, Path("data/audit/measures.parquet")).to_pylist()
    (everything,) = [row for row in rows if (row["kind"], row["name"]) == ("category", "all")]
    assert everything["reviewed"] - everything["right"] == 1
    assert Path("data/audit/reliability.png").exists()

    result = audit("sample", "--reports", "3")
    assert result.exit_code == 2
    assert "1 of its reports are reviewed" in result.stderr
    assert read_table(REVIEW_SAMPLE, Path("corrections/sample.parquet")).equals(first)
    assert "wrote next.parquet" in done("sample", "--reports", "3", "--out", "next.parquet")


def test_a_sample_is_never_put_into_a_table(data: Path) -> None:
    before = sorted(path.name for path in (data / "labels.parquet").iterdir())
    result = audit("sample", "--out", str(data / "labels.parquet" / "part-00009.parquet"))
    assert result.exit_code == 2
    assert "lies within a table" in result.stderr
    assert sorted(path.name for path in (data / "labels.parquet").iterdir()) == before


def test_measure_without_a_sample_names_the_command_that_draws_one() -> None:
    result = audit("measure")
    assert result.exit_code == 2
    assert "Next: python -m pipeline audit sample --out corrections/sample.parquet" in result.stderr


@pytest.mark.usefixtures("data")
def test_an_unknown_stratification_lists_those_there_are() -> None:
    result = audit("sample", "--by", "colour")
    assert result.exit_code == 2
    assert "concept, assertion, cue, disagreement, reference" in result.stderr


@pytest.mark.usefixtures("data")
def test_the_page_is_not_opened_to_other_machines_without_a_token() -> None:
    result = audit("serve", "--host", "0.0.0.0", "--port", "0")
    assert result.exit_code == 2
    assert "set a token first" in result.stderr


def compare(*arguments: str) -> Result:
    return audit("compare", *arguments)


def test_help_names_every_kind_reading_and_aspect() -> None:
    text = " ".join(compare("--help").output.split())
    for words in (REFERENCE_KINDS, READINGS, ASPECTS):
        assert f"{', '.join(words[:-1])} or {words[-1]}" in text


def test_without_labels_the_command_that_makes_them_is_named() -> None:
    result = compare("--reference-kind", "openi_mesh", "--reference", "indiana_reports.csv")
    assert result.exit_code == 2
    assert "audit compare: data/labels.parquet is not there." in result.stderr
    assert "Next: python -m pipeline label" in result.stderr


def test_an_unknown_kind_of_reference_lists_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("report_id,Opacity\n1,1\n", encoding="utf-8")
    result = compare("--reference-kind", "mesh", "--reference", "x", "--labels", "labels.csv")
    assert result.exit_code == 2
    assert ", ".join(REFERENCE_KINDS) in result.stderr


def test_chexperts_own_labels_are_compared_and_uncertain_is_told_from_absent() -> None:
    Path("ours.csv").write_text(
        "report_id,finding:pneumonia,finding:pleural_effusion\n1,1,0\n2,-1,\n3,,1\n4,,\n",
        encoding="utf-8",
    )
    Path("chexpert.csv").write_text(
        "report_id,Pneumonia,Pleural Effusion\n1,1.0,0.0\n2,1.0,\n3,-1.0,1.0\n4,,\n",
        encoding="utf-8",
    )
    shown = done("compare", "--labels", "ours.csv", "--reference-kind", "chexpert",
                 "--reference", "chexpert.csv")  # fmt: skip
    assert "unmentioned" in shown
    told = {
        (row["concept_id"], row["ours"], row["reference"]): row["reports"]
        for row in read_table(CONFUSION, Path("data/audit/confusion.parquet")).to_pylist()
    }
    assert told["finding:pneumonia", "uncertain", "affirmed"] == 1
    assert told["finding:pneumonia", "unmentioned", "uncertain"] == 1
    assert told["finding:pneumonia", "unmentioned", "unmentioned"] == 1
