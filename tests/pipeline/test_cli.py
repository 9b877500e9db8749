"""What a user meets at the command line: help at once, and errors that say what to do."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.settings import SOURCE_KINDS

HEAVY = (
    *("pandas", "pyarrow", "pandera", "spacy", "gensim", "sklearn", "dask", "distributed"),
    *("duckdb", "fastapi", "fsspec", "jinja2", "matplotlib", "uvicorn"),
)
STAGES = ("phantom", "ingest", "extract", "label", "vocabulary", "embed", "propose")


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
for arguments in (["--help"], ["extract", "--help"], ["run", "--help"], ["audit", "--help"]):
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
    for command in (*STAGES, "score-phantom", "run", "neighbours", "overview", "audit"):
        assert f"\n  {command} " in text


@pytest.mark.parametrize("command", [*STAGES, "score-phantom", "run", "neighbours", "overview"])
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


def test_the_help_of_run_names_every_kind(run: Runner) -> None:
    text = " ".join(run("run", "--help").output.split())
    assert f"{', '.join(SOURCE_KINDS[:-1])} or {SOURCE_KINDS[-1]}" in text


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
