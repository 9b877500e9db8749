"""`pneumoloc` does what `python -m pipeline` and `python -m model` do."""

import os
import subprocess
import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from model.cli import app as model
from pipeline.cli import app as pipeline
from pneumoloc.__main__ import app, main

HEAVY = {"torch", "spacy", "pandas", "numpy", "pyarrow", "matplotlib"}


def test_help_answers_at_once_and_shows_examples() -> None:
    code = (
        "import sys; sys.argv = ['pneumoloc', '--help']\n"
        "from pneumoloc.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        f"print('loaded', sorted({HEAVY!r} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "loaded []" in ran.stdout
    for expected in ("pipeline", "model", "--install-completion", "Examples:", "predict chest.dcm"):
        assert expected in ran.stdout


@pytest.mark.parametrize("below", [[], ["pipeline"], ["model"]])
def test_without_a_command_help_is_shown(below: list[str]) -> None:
    ran = CliRunner().invoke(app, below)
    assert "Commands:" in ran.output


def test_the_release() -> None:
    ran = CliRunner().invoke(app, ["--version"])
    assert (ran.exit_code, ran.output) == (0, f"pneumoloc {version('pneumoloc')}\n")


def test_all_commands_of_both_are_below_it() -> None:
    groups = get_command(app).commands  # type: ignore[attr-defined]
    for name, own in (("pipeline", pipeline), ("model", model)):
        assert set(groups[name].commands) == set(get_command(own).commands)  # type: ignore[attr-defined]


def test_errors_are_one_message(tmp_path: Path) -> None:
    arguments = ["model", "predict", "x.png", "--models", str(tmp_path), "--out", "y"]
    ran = CliRunner().invoke(app, arguments)
    assert ran.exit_code == 2
    assert "card.json is not there" in ran.output.replace("\n", "")
    ran = CliRunner().invoke(app, ["pipeline", "label", "--tables", str(tmp_path)])
    assert ran.exit_code == 2
    assert "is not there" in ran.output


@pytest.mark.parametrize(
    ("typed", "completed"),
    [("pneumoloc pi", ["pipeline"]), ("pneumoloc model pre", ["predict", "predictions"])],
)
def test_a_shell_completes_it(typed: str, completed: list[str]) -> None:
    asked = {
        "_PNEUMOLOC_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(typed.split()) - 1),
    }
    ran = subprocess.run(
        [sys.executable, "-m", "pneumoloc"],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(ran.stdout.split()) == completed


def test_the_installed_command_is_this_one() -> None:
    (command,) = entry_points(group="console_scripts", name="pneumoloc")
    assert command.load() is main
