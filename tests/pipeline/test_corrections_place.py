"""Corrections go with the tables that they were made for, and with no others."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data_contracts.storage import read_table
from data_contracts.tables import LABELS
from pipeline.auditing.corrections.log import append_decisions
from pipeline.auditing.review.deciding import Asked, decide
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.one_report import read_report
from pipeline.cli import app
from pipeline.labelling.applying import digest_text
from pipeline.lexicon.concepts import load_lexicon

OPACITY = {"opacity": "finding:opacity", "left": "side:left"}
TEXT = "An opacity on the left."
PARAMS = "label:\n  corrections: corrections\n"


@pytest.fixture(autouse=True)
def _checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")


@pytest.fixture
def cohort(tmp_path: Path, label_run: Callable[..., Path]) -> Callable[..., Path]:
    """A run's tables in a folder, of one report."""

    def make(name: str, text: str = TEXT) -> Path:
        return label_run(tmp_path / name, [("r1", "findings", text, "affirmed", OPACITY)])

    return make


def remove_opacity(tables: Path, corrections: Path) -> None:
    with Tables(tables) as database:
        report = read_report(database, "r1")
    (mention,) = [one for one in report.mentions if one["concept_id"] == "finding:opacity"]
    asked = Asked(
        action="remove",
        start=mention["start"],
        end=mention["end"],
        before_concept=mention["concept_id"],
    )
    made = decide(
        asked,
        report,
        digest=digest_text(report.text),
        reviewer="ada",
        before=[],
        concept_ids={},
        lexicon=load_lexicon(None).fingerprint,
        now=datetime(2026, 11, 1, tzinfo=UTC),
    )
    append_decisions(corrections, made)


def call(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, prog_name="python -m pipeline")
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def opacity_of(tables: Path) -> int | None:
    value: int | None
    (value,) = read_table(LABELS, tables / "labels.parquet")["finding:opacity"].to_pylist()
    return value


def test_tables_of_ones_own_get_no_corrections_of_the_checkouts(
    cohort: Callable[..., Path],
) -> None:
    remove_opacity(cohort("data"), Path("corrections"))
    theirs = cohort("theirs")
    shown = call("label", "--tables", str(theirs))
    assert opacity_of(theirs) == 1
    assert "corrections holds corrections of other tables, and none of them was applied" in shown
    call("label")
    assert opacity_of(Path("data")) is None


def test_a_run_of_a_cohort_of_ones_own_takes_none_either(
    cohort: Callable[..., Path], tmp_path: Path
) -> None:
    remove_opacity(cohort("data"), Path("corrections"))
    (tmp_path / "reports.csv").write_text(f"report_id,findings\nr1,{TEXT}\n", encoding="utf-8")
    shown = call("run", "csv", "reports.csv", "--out", "theirs", "--set", "nlp.workers=1")
    assert opacity_of(Path("theirs")) == 1
    assert "corrections holds corrections of other tables" in shown


def test_tables_have_corrections_below_them_and_sql_knows_these_by_their_name(
    cohort: Callable[..., Path],
) -> None:
    theirs = cohort("theirs")
    remove_opacity(theirs, theirs / "corrections")
    shown = call("label", "--tables", "theirs")
    assert opacity_of(theirs) is None
    assert "note:" not in shown
    assert "ada" in call("audit", "sql", "SELECT reviewer FROM corrections", "--tables", "theirs")
    assert "wrote theirs/corrections/sample" in call("audit", "sample", "--tables", "theirs")


@pytest.mark.parametrize(
    "naming", [("--set", "label.corrections=corrections"), ("--params", "params.yaml")]
)
def test_a_folder_that_is_named_is_taken(
    naming: tuple[str, str], cohort: Callable[..., Path]
) -> None:
    theirs = cohort("theirs")
    remove_opacity(theirs, Path("corrections"))
    call("label", "--tables", "theirs", *naming)
    assert opacity_of(theirs) is None


def test_corrections_of_other_reports_are_said_to_be_such(cohort: Callable[..., Path]) -> None:
    remove_opacity(cohort("theirs"), Path("corrections"))
    data = cohort("data", "Again an opacity on the left.")
    shown = call("label")
    assert opacity_of(data) == 1
    assert "none of the 1 decisions in corrections is on the text of a report that is here" in shown
