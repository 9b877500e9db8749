"""A stage's outcome is a table to read and a file to compare; an error is one message."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from command_line.commands import Commands
from command_line.summary import StageSummary, report
from data_contracts.errors import ContractError


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
