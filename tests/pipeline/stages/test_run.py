"""From a source to all text tables in one call, from any folder."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from data_contracts.contract import Contract
from data_contracts.storage import read_table
from data_contracts.tables import LABELS, MENTIONS, QUARANTINE, REPORTS, TEXT_TABLES
from pipeline.cli import app

Run = Callable[..., Result]

ROWS = [
    {
        "accession": "A1",
        "patient": "P1",
        "report_text": "FINDINGS: Patchy consolidation in the left lower lobe. No pleural effusion."
        "\nIMPRESSION: Left lower lobe pneumonia.",
    },
    {
        "accession": "A2",
        "patient": "P2",
        "report_text": "INDICATION: Evaluate for pneumonia.\nFINDINGS: The lungs are clear.",
    },
    {"accession": "A3", "patient": "P2", "report_text": ""},
]


def write_reports(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, fieldnames=list(ROWS[0]))
        rows.writeheader()
        rows.writerows(ROWS)
    return path


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory that is not the project's root and has no params.yaml."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(seed_shift: int) -> Run:
    def run(*arguments: str) -> Result:
        chosen = ["--set", "nlp.workers=1", "--set", f"embed.seed={seed_shift}"]
        result = CliRunner().invoke(app, ["run", *arguments, *chosen])
        assert result.exit_code == 0, result.output
        return result

    return run


def check_all_tables(folder: Path) -> None:
    for contract in TEXT_TABLES:
        read_table(contract, folder / f"{contract.name}.parquet")


def column(contract: Contract, folder: Path, name: str) -> list[object]:
    table = read_table(contract, folder / f"{contract.name}.parquet", [name])
    return list(table[name].to_pylist())


@pytest.mark.trains
def test_a_csv_of_three_reports_becomes_all_tables(elsewhere: Path, run: Run) -> None:
    reports = write_reports(elsewhere / "reports.csv")
    result = run("csv", str(reports), "--out", "tables", "--column", "text=report_text")
    tables = elsewhere / "tables"
    check_all_tables(tables)
    assert column(REPORTS, tables, "subject_id") == ["P1", "P2"]
    assert column(REPORTS, tables, "report_id") == ["A1", "A2"]
    assert column(QUARANTINE, tables, "row") == [4]
    assert column(LABELS, tables, "finding:consolidation") == [1, None]
    assert column(LABELS, tables, "finding:pleural_effusion") == [0, None]
    assert column(LABELS, tables, "finding:pneumonia") == [1, None]
    assert "hypothetical" in column(MENTIONS, tables, "assertion")
    for stage in ("ingest", "extract", "label", "vocabulary", "embed"):
        assert stage in result.output
        assert json.loads((tables / "metrics" / f"{stage}.json").read_text())


@pytest.mark.trains
def test_a_second_run_gives_the_same_files(elsewhere: Path, run: Run) -> None:
    for folder in ("one", "two"):
        run("phantom", "--out", folder, "--set", "phantom.studies=30")
    files = [path for path in sorted((elsewhere / "one").rglob("*")) if path.is_file()]
    assert len(files) > len(TEXT_TABLES)
    for path in files:
        twin = elsewhere / "two" / path.relative_to(elsewhere / "one")
        assert path.read_bytes() == twin.read_bytes(), path


@pytest.mark.trains
def test_the_phantom_is_generated_where_no_path_is_given(elsewhere: Path, run: Run) -> None:
    run("phantom", "--out", "tables", "--set", "phantom.studies=30")
    tables = elsewhere / "tables"
    check_all_tables(tables)
    assert len(column(REPORTS, tables, "report_id")) == 30
    assert (tables / "phantom" / "truth_mentions.parquet").exists()

    near = CliRunner().invoke(app, ["neighbours", "opacity", "--tables", "tables", "--count", "3"])
    assert near.exit_code == 0, near.output
    assert "nearest to opacity" in near.output
    assert len([line for line in near.output.splitlines() if line.startswith("│")]) == 3

    arguments = ["score-phantom", "--tables", "tables", "--truth", "tables/phantom"]
    score = CliRunner().invoke(app, arguments)
    assert score.exit_code == 0, score.output
    written = json.loads((elsewhere / "metrics" / "score_phantom.json").read_text())
    assert 20 < written["reports_compared"] <= 30
    assert written["mention_f1"] > 0.9


def test_a_source_that_is_not_there_is_named_and_nothing_is_written(elsewhere: Path) -> None:
    arguments = ["run", "openi_csv", "nowhere.csv", "--out", "tables"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "nowhere.csv" in result.stderr
    assert not (elsewhere / "tables" / "reports.parquet").exists()
