"""A stage that has no room for what it writes says so, and leaves what was there."""

import json
from pathlib import Path
from typing import Any

import pytest
from full_disk import contents, files_of_at_most
from typer.testing import CliRunner

from model.cli import app

#: Each stage's folder, and what it is called with beside that and the settings.
STAGES = {
    "radiographs": ("--phantom", "tables/phantom"),
    "images": ("folder", "tables/radiographs/pictures/severity"),
    "detector": ("--record", "record/detector"),
    "regions": ("--detector", "models/detector"),
    "network": ("--tables", "tables", "--regions", "models/regions"),
    "classifier": ("--tables", "tables", "--detector", "models/detector"),
    "predictions": ("--models", "models"),
    "evaluate": ("--tables", "tables", "--predictions", "models/predictions"),
    "predict": ("tables/radiographs/pictures/severity", "--weights", "models"),
}


@pytest.fixture
def here(trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tables").symlink_to(trained.tables)
    (tmp_path / "models").symlink_to(trained.models)
    settings = trained.settings.model_dump(mode="json")
    settings["radiographs"] = {"size": 64, "workers": 1}
    (tmp_path / "params.yaml").write_text(json.dumps({"model": settings}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.trains
@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_names_the_file_and_keeps_what_was_there(here: Path, stage: str) -> None:
    out = here / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    given = (stage, *STAGES[stage], "--out", "out", "--metrics", "counts.json")
    before = contents(here)
    with files_of_at_most(200):
        failed = CliRunner().invoke(app, given, prog_name="python -m model")
    assert failed.exit_code == 2, (failed.output, failed.exception)
    place, _, told = failed.stderr.partition(": could not be written, ")
    assert Path(place).absolute().is_relative_to(here), failed.stderr
    assert told.startswith("files may not be that large here (ulimit -f"), failed.stderr
    assert contents(here) == before
