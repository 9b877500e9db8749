"""The stage draws a cohort from its tables, and tells of it in tables."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from command_line.settings_files import SettingsError
from data_contracts.images import BOXES, IMAGES, SEVERITY
from data_contracts.phantom import LESIONS, STUDIES
from data_contracts.storage import read_table, write_table
from model.cli import app
from model.settings import RadiographSettings, load_settings
from model.stages.radiographs import radiographs
from pipeline.phantom.cohort import make_partition

SETTINGS = RadiographSettings(size=64, workers=1)


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    partition = make_partition(0, 0, 40)
    write_table(STUDIES, partition.studies, folder / "studies.parquet")
    write_table(LESIONS, partition.lesions, folder / "lesions.parquet")
    return folder


@pytest.fixture(scope="module")
def drawn(phantom: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("drawn")
    radiographs(settings=SETTINGS, phantom=phantom, out=out)
    return out


def test_every_study_has_a_picture_with_its_checksum(phantom: Path, drawn: Path) -> None:
    studies = read_table(STUDIES, phantom / "studies.parquet")
    images = read_table(IMAGES, drawn / "images.parquet").to_pylist()
    assert [image["study_id"] for image in images] == studies["study_id"].to_pylist()
    assert {image["cohort"] for image in images} >= {"phantom_detector", "phantom_training"}
    for image in images:
        file = drawn / image["path"]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == image["checksum"]
        with Image.open(file) as picture:
            assert picture.size == (image["width"], image["height"]) == (64, 64)


def test_what_is_there_has_a_box_and_what_has_resolved_has_none(phantom: Path, drawn: Path) -> None:
    lesions = read_table(LESIONS, phantom / "lesions.parquet").to_pylist()
    boxes = read_table(BOXES, drawn / "boxes.parquet").to_pylist()
    there = {row["study_id"] for row in lesions if row["age"] != "resolved"}
    boxed = {row["image_id"] for row in boxes}
    assert boxed <= there
    assert len(boxed) > 0.8 * len(there)


def test_severity_is_that_of_the_study(phantom: Path, drawn: Path) -> None:
    studies = read_table(STUDIES, phantom / "studies.parquet")
    severity = read_table(SEVERITY, drawn / "severity.parquet")
    for name in ("geographic_extent", "opacity"):
        assert severity[name].to_pylist() == studies[name].to_pylist()


def test_more_workers_draw_the_same(phantom: Path, drawn: Path, tmp_path: Path) -> None:
    radiographs(settings=SETTINGS.model_copy(update={"workers": 2}), phantom=phantom, out=tmp_path)
    for contract in (IMAGES, BOXES):
        name = f"{contract.name}.parquet"
        assert read_table(contract, tmp_path / name) == read_table(contract, drawn / name)


def test_a_second_run_draws_nothing(
    phantom: Path, drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.stages.radiographs._draw_missing", None)
    summary = radiographs(settings=SETTINGS, phantom=phantom, out=drawn)
    assert summary.counts["images"] == 50


def test_the_sheet_shows_every_cohort(drawn: Path) -> None:
    with Image.open(drawn / "sheet.png") as sheet:
        pixels = np.asarray(sheet.convert("L"))
    assert pixels.shape == (8 * 64, 6 * 64)
    assert all(row.max() > 0 for row in np.split(pixels, 8))


def test_without_studies_the_next_command_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["radiographs", "--phantom", str(tmp_path)])
    assert result.exit_code == 2
    assert f"Next: python -m pipeline phantom --out {tmp_path}" in result.output.replace("\n", " ")


@pytest.mark.parametrize("text", ["model: {radiograph: {}}", "model: {radiographs: {size: 8}}"])
def test_a_wrong_setting_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "params.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"model\.radiograph"):
        load_settings(file)
