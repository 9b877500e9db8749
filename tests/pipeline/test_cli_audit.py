"""`audit compare` tells what it can do, and what it lacks."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import app
from pipeline.references.coding import READINGS, REFERENCE_KINDS
from pipeline.references.reading import ASPECTS


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def compare(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", "compare", *arguments], prog_name="python -m pipeline")


def test_help_names_every_kind_reading_and_aspect_and_ends_with_an_example() -> None:
    text = " ".join(compare("--help").output.split())
    for words in (REFERENCE_KINDS, READINGS, ASPECTS):
        assert f"{', '.join(words[:-1])} or {words[-1]}" in text
    assert "Example: python -m pipeline audit compare" in text.rpartition("Show this message")[2]


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
