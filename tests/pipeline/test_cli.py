"""What a user meets at the command line: help at once, and errors that say what to do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.settings import SOURCE_KINDS

ROOT = Path(__file__).parents[2]
HEAVY = (
    *("pandas", "pyarrow", "pandera", "spacy", "gensim", "sklearn", "dask", "distributed"),
    *("duckdb", "fastapi", "fsspec", "jinja2", "matplotlib", "uvicorn"),
)
STAGES = ("phantom", "ingest", "extract", "label", "vocabulary", "embed", "propose")
OTHERS = ("overview", "second-opinion")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Runner":
    monkeypatch.chdir(tmp_path)
    return Runner()


class Runner:
    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, arguments, prog_name="python -m pipeline")


def test_help_loads_nothing_heavy() -> None:
    program = f"""
import sys
from typer.testing import CliRunner
from pipeline.cli import app
for arguments in (["--help"], ["extract", "--help"], ["run", "--help"], ["audit", "--help"],
    ["second-opinion", "--help"]):
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
loaded = sorted(set({HEAVY!r}) & set(sys.modules))
assert not loaded, loaded
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_help_lists_every_stage(run: Runner) -> None:
    text = run("--help").output
    for command in (*STAGES, "score-phantom", "run", "neighbours", *OTHERS, "audit"):
        assert f"\n  {command} " in text


@pytest.mark.parametrize("command", [*STAGES, "score-phantom", "run", "neighbours", *OTHERS])
def test_each_commands_help_ends_with_an_example_of_it(run: Runner, command: str) -> None:
    last = run(command, "--help").output.rstrip().rpartition("\n\n")[2]
    assert last.strip().startswith(f"Example: python -m pipeline {command}")


def test_an_unknown_stage_lists_those_there_are(run: Runner) -> None:
    result = run("extrct")
    assert result.exit_code == 2
    assert "no command 'extrct'" in result.output
    assert "phantom, ingest, extract, label" in result.output
    assert "Did you mean 'extract'" in result.output


def test_an_unknown_kind_lists_those_there_are(run: Runner) -> None:
    result = run("run", "openi", "reports.csv", "--out", "tables")
    assert result.exit_code == 2
    assert all(kind in result.output for kind in SOURCE_KINDS)


@pytest.mark.parametrize(
    ("stage", "missing", "made_by"),
    [
        ("ingest", "data/phantom/reports.parquet", "phantom --out data/phantom"),
        ("extract", "data/reports.parquet", "ingest --out data"),
        ("label", "data/reports.parquet", "ingest --out data"),
        ("vocabulary", "data/mentions.parquet", "extract --tables data"),
        ("embed", "data/reports.parquet", "ingest --out data"),
        ("propose", "data/reports.parquet", "ingest --out data"),
    ],
)
def test_a_missing_input_is_named_with_the_command_that_makes_it(
    run: Runner, stage: str, missing: str, made_by: str
) -> None:
    result = run(stage)
    assert result.exit_code == 2
    assert f"{stage}: {missing} is not there." in result.stderr
    assert f"Next: python -m pipeline {made_by}" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_input_elsewhere_is_made_there(run: Runner) -> None:
    result = run("neighbours", "consolidation", "--tables", "elsewhere")
    assert "Next: python -m pipeline embed --tables elsewhere" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("run csv report.csv --out tables", "report.csv (did you mean reports.csv?); csv expects"),
        ("run cvs reports.csv --out tables", "(did you mean 'csv'?); there are phantom, mimic_cxr"),
        ("run csv . --out tables", ". is a folder; csv expects a file"),
        ("run phantom nowhere --out tables", "Next: python -m pipeline phantom --out nowhere"),
        ("ingest -S source.kind=xlsx -S source.path=nosuch.xlsx", "no file or folder nosuch.xlsx"),
        ("ingest -S source.kind=cvs", "(did you mean 'csv'?)"),
    ],
)
def test_a_wrong_source_is_told_before_anything_heavy_is_loaded(
    tmp_path: Path, arguments: str, said: str
) -> None:
    (tmp_path / "reports.csv").write_text("id,text\n1,Clear.\n")
    program = f"""
import sys
from typer.testing import CliRunner
from pipeline.cli import app
result = CliRunner().invoke(app, {arguments.split()!r})
assert result.exit_code == 2, result.output
print(result.stderr)
loaded = sorted(set({HEAVY!r}) & set(sys.modules))
assert not loaded, loaded
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_a_path_in_place_of_its_kind_is_told_apart(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "reports.csv").touch()
    result = run("run", "reports.csv", "--out", "tables")
    assert result.exit_code == 2
    assert "'reports.csv' is no kind of source but a path, which stands behind" in result.stderr


def test_a_source_of_known_columns_takes_no_others(run: Runner) -> None:
    result = run("run", "openi_csv", "r.csv", "--out", "tables", "--column", "text=report")
    assert result.exit_code == 2
    assert "--column is for csv, jsonl, parquet or xlsx; openi_csv has columns" in result.stderr


def test_what_was_taken_for_what_is_said(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "reports.csv").write_text("ID;Report;Age\n1;No effusion.;61\n2;Clear.;54\n")
    source = ("--set", "source.kind=csv", "--set", "source.path=reports.csv")
    result = run("ingest", *source, "--out", "tables")
    assert result.exit_code == 0, result.output
    assert "report id from ID" in result.output
    assert "text from Report" in result.output
    written = json.loads((tmp_path / "metrics" / "ingest.json").read_text())
    assert (written["report_id_from_ID"], written["text_from_Report"]) == (2, 2)


def test_a_choice_that_has_to_be_made_is_made_by_the_option_that_is_named(
    run: Runner, tmp_path: Path
) -> None:
    (tmp_path / "reports.csv").write_text("id,report,text\n1,No effusion.,Clear.\n")
    result = run("run", "csv", "reports.csv", "--out", "tables")
    assert result.exit_code == 2
    assert "--column text=text or --column text=report" in result.stderr
    assert "effusion" not in result.output
    assert not (tmp_path / "tables" / "reports.parquet").exists()


def test_only_the_phantom_needs_no_path(run: Runner) -> None:
    result = run("run", "csv", "--out", "tables")
    assert result.exit_code == 2
    assert "a csv source needs the PATH" in result.stderr


def test_a_wrong_setting_ends_the_run_before_it_starts(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("phantom: {study: 3}", encoding="utf-8")
    result = run("phantom")
    assert result.exit_code == 2
    assert "unknown key 'phantom.study'" in result.stderr
    assert "params.yaml" in result.stderr


def test_a_column_needs_role_and_name(run: Runner) -> None:
    result = run("run", "csv", "r.csv", "--out", "tables", "--column", "report_text")
    assert result.exit_code == 2
    assert "not of the form ROLE=NAME" in result.stderr
