"""`export` and `import` as a user types them: what is printed, written, refused, and kept back."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.auditing.corrections.log import read_log
from pipeline.cli import app

OPACITY = {"opacity": "finding:opacity", "left": "side:left"}
#: The second id would move a terminal's cursor and paint what follows.
STATEMENTS = [
    ("r1", "findings", "An opacity on the left.", "affirmed", OPACITY),
    ("r2\x1b[2J[red]", "impression", "There is pneumonia.", "affirmed",
     {"pneumonia": "finding:pneumonia"}),
]  # fmt: skip
COMMANDS = [("export", one) for one in ("chexpert", "brat", "doccano", "label-studio")] + [
    ("import", one) for one in ("brat", "doccano", "label-studio")
]
#: Words of the reports, which nothing printed may hold.
WORDS = ("An opacity", "on the left", "There is")


@pytest.fixture(autouse=True)
def data(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    label_run: Callable[..., Path],
    lexicon_folder: Path,
) -> Path:
    """A run where the commands look for one, and settings that name its lexicon."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    (tmp_path / "params.yaml").write_text(f"nlp: {{lexicon: {lexicon_folder}}}\n")
    return label_run(tmp_path / "data", STATEMENTS)


def pipeline(*arguments: str) -> Result:
    result = CliRunner().invoke(app, arguments, prog_name="python -m pipeline")
    assert not any(words in result.output for words in WORDS)
    assert "\x1b[2J" not in result.output
    return result


def done(*arguments: str) -> str:
    result = pipeline(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("command", COMMANDS)
def test_each_commands_help_ends_with_an_example_of_it(command: tuple[str, str]) -> None:
    last = done(*command, "--help").rstrip().rpartition("\n\n")[2]
    assert last.strip().startswith(f"Example: python -m pipeline {' '.join(command)} ")


def test_without_tables_the_way_to_them_is_named() -> None:
    result = pipeline("export", "brat", "--tables", "none", "--out", "x")
    assert result.exit_code == 2
    assert "Next: python -m pipeline ingest --out none" in result.stderr
    result = pipeline("export", "chexpert", "--tables", "none", "--out", "x.csv")
    assert "Next: python -m pipeline label --tables none" in result.stderr


def test_chexpert_tells_what_stays_blank(tmp_path: Path) -> None:
    shown = done("export", "chexpert", "--out", "labels.csv", "--metrics", "counts.json")
    assert "left blank: Enlarged Cardiomediastinum (no concept stands for it)" in shown
    assert "left blank: Fracture (the labels lack finding:fracture)" in shown
    assert json.loads((tmp_path / "counts.json").read_text())["reports"] == 2
    assert (tmp_path / "labels.csv").read_text().count("\n") == 3


def test_a_removed_mention_is_gone_from_the_labels(tmp_path: Path) -> None:
    done("export", "brat", "--out", "exported")
    file = tmp_path / "exported" / "r1.ann"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "T2" not in line))
    command = ("import", "brat", "exported", "--reviewer", "ada")
    assert "a dry run: nothing was written" in done(*command, "--dry-run")
    assert read_log(tmp_path / "corrections") == []
    shown = done(*command)
    assert "removed" in shown
    assert "corrections.parquet" in shown
    assert [one.phrase for one in read_log(tmp_path / "corrections")] == ["left"]
    shown = done("label")
    assert "corrections applied" in shown


def test_refused_reports_are_named_without_what_a_terminal_obeys(tmp_path: Path) -> None:
    done("export", "label-studio", "--out", "exported")
    tasks = json.loads((tmp_path / "exported" / "tasks.json").read_text())
    for task in tasks:
        task["annotations"] = [{"id": 1, "result": task["predictions"][0]["result"]}]
        task["data"]["text"] += " There is more."
    (tmp_path / "export.json").write_text(json.dumps(tasks))
    shown = done("import", "label-studio", "export.json", "--reviewer", "ada")
    assert "refused r1: its text was changed in the tool" in shown
    assert "refused 'r2\\x1b[2J[red]': " in shown
    assert not (tmp_path / "corrections").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("import", "brat", "nowhere", "--reviewer", "ada"), "nowhere/reports.jsonl is not there"),
        (("import", "doccano", "x.jsonl", "--reviewer", "\x07"), "--reviewer: give a name"),
        (("export", "chexpert", "--out", "labels.txt"), "expected the name of a .csv"),
        (("export", "doccano", "--out", "data"), "data is there already"),
        (("export", "doccano", "--out", "x", "--reports", "none.txt"), "none.txt: no such file"),
    ],
)
def test_errors_say_what_was_found_and_expected(arguments: tuple[str, ...], message: str) -> None:
    result = pipeline(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output
