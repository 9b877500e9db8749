"""A stage's outcome is a table to read and a file to compare; an error is one message."""

import json
import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from command_line.commands import Commands
from command_line.summary import StageSummary, report
from data_contracts.errors import ContractError
from pipeline.cli import app as pipeline


def command_that_raises(error: Exception) -> typer.Typer:
    app = typer.Typer(cls=Commands)

    @app.callback()
    def stages() -> None:
        pass

    @app.command()
    def label() -> None:
        raise error

    return app


def test_counts_quarantined_rows_and_time_are_shown_and_only_counts_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = {"reports": 12_000, "quarantined_rows": 3, "reports_per_second": 811.25}
    summary = StageSummary("ingest", counts, 14.79, (Path("data/reports.parquet"),))
    report(summary, tmp_path / "metrics" / "ingest.json")
    shown = capsys.readouterr().out
    for words in ("ingest", "12,000", "quarantined rows", "14.8 s", "wrote data/reports.parquet"):
        assert words in shown
    assert json.loads((tmp_path / "metrics" / "ingest.json").read_text()) == counts


def test_an_error_of_ours_is_its_message_alone() -> None:
    app = command_that_raises(ContractError("mentions.parquet: misses cue\nmake it again"))
    result = CliRunner().invoke(app, ["label"])
    assert result.exit_code == 2
    assert result.stderr == "mentions.parquet: misses cue\nmake it again\n"


def test_brackets_in_a_message_are_not_taken_for_markup() -> None:
    app = command_that_raises(ContractError("expected one of [affirmed, negated]"))
    assert "[affirmed, negated]" in CliRunner().invoke(app, ["label"]).stderr


@pytest.mark.parametrize(
    ("importing", "extra"),
    [
        ("pipeline.language.tokens", "pipeline"),
        ("model.stages.network", "model"),
        ("", "pipeline,model"),
    ],
)
def test_a_library_that_is_not_installed_is_named_with_the_extra_that_brings_it(
    importing: str, extra: str
) -> None:
    app = typer.Typer(cls=Commands)

    @app.callback()
    def stages() -> None:
        pass

    @app.command()
    def label() -> None:
        exec("import no_such_library", {"__name__": importing})

    result = CliRunner().invoke(app, ["label"])
    assert result.exit_code == 2
    assert result.stderr == (
        f"no_such_library is not installed; pip install 'pneumoloc[{extra}]' brings it\n"
    )


def test_a_module_of_ours_that_is_missing_is_a_fault_of_the_program() -> None:
    app = command_that_raises(ModuleNotFoundError("No module named 'model.x'", name="model.x"))
    assert isinstance(CliRunner().invoke(app, ["label"]).exception, ModuleNotFoundError)


def test_a_folder_in_a_files_place_is_the_users_to_mend() -> None:
    app = command_that_raises(IsADirectoryError(21, "Is a directory", "reports.csv"))
    result = CliRunner().invoke(app, ["label"])
    assert result.exit_code == 2
    assert "Is a directory: 'reports.csv'" in result.stderr


def test_a_fault_of_the_program_is_not_dressed_up() -> None:
    app = command_that_raises(ValueError("operands could not be broadcast"))
    result = CliRunner().invoke(app, ["label"])
    assert isinstance(result.exception, ValueError)


@pytest.mark.parametrize("kind", ["pipe", "folder", ""])
def test_counts_need_a_place_for_a_file_before_anything_is_done(tmp_path: Path, kind: str) -> None:
    """Behind `--metrics /dev/null` a rename would have taken the device's place."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    given = str(tmp_path / kind) if kind else ""
    done = CliRunner().invoke(pipeline, ["phantom", "--out", str(tmp_path), "--metrics", given])
    assert done.exit_code == 2
    assert "expected a file's name" in " ".join(done.output.split())
    assert (tmp_path / "pipe").is_fifo()
    assert not (tmp_path / "studies.parquet").exists()


@pytest.mark.parametrize("name", ["x" * 300, "y/" * 3_000, "loop", "sur\udcff"])
def test_a_path_that_the_system_refuses_is_a_message(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    out = str(tmp_path / name)
    ingest = ["ingest", "--set", "source.kind=csv", "--set", f"source.path={tmp_path / 'r.csv'}"]
    (tmp_path / "r.csv").write_text("report_id,text\na,FINDINGS: Clear.\n")
    for command in (
        [*ingest, "--out", out],
        [*ingest, "--metrics", out, "--out", str(tmp_path)],
        ["ingest", "--set", "source.kind=csv", "--set", f"source.path={out}"],
    ):
        done = CliRunner().invoke(pipeline, command)
        # A link to itself is no folder, but a file may take its place.
        expected = (0, 2) if name == "loop" else (2,)
        assert done.exit_code in expected, (command, done.output, done.exception)
        assert isinstance(done.exception, SystemExit | None)
