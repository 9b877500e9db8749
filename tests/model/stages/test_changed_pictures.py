"""Who trains on an image or predicts refuses one that is not the one that was listed, by name."""

import errno
import shutil
from pathlib import Path

import pytest

from data_contracts.images import IMAGES
from data_contracts.pictures.unreadable import UnreadableImageError
from data_contracts.storage import read_table
from model.settings import ModelSettings
from model.stages.detector import detector
from model.stages.regions import regions
from tests.model.conftest import Trained


@pytest.fixture
def copied(trained: Trained, tmp_path: Path) -> tuple[ModelSettings, list[Path]]:
    """Settings of a copy of the cohort with boxes, and its pictures."""
    old = trained.tables / "radiographs"
    new = tmp_path / "radiographs"
    shutil.copytree(old, new)
    cohort = trained.settings.cohorts.detector.model_copy(update={"tables": new})
    cohorts = trained.settings.cohorts.model_copy(update={"detector": cohort})
    images = read_table(IMAGES, new / "images.parquet").to_pylist()
    paths = [new / row["path"] for row in images if row["cohort"] == cohort.name]
    return trained.settings.model_copy(update={"cohorts": cohorts}), paths


@pytest.mark.parametrize("workers", [0, 1])
def test_a_picture_that_was_replaced_is_refused(
    copied: tuple[ModelSettings, list[Path]], trained: Trained, tmp_path: Path, workers: int
) -> None:
    settings, paths = copied
    hardware = settings.hardware.model_copy(update={"workers": workers})
    settings = settings.model_copy(update={"hardware": hardware})
    paths[1].write_bytes(paths[0].read_bytes())
    with pytest.raises(UnreadableImageError, match="not the file that was listed") as error:
        regions(settings=settings, detector=trained.models / "detector", out=tmp_path / "regions")
    assert error.value.path == paths[1]
    assert error.value.reason == "changed"


@pytest.mark.parametrize("workers", [0, 1])
def test_training_does_not_go_on_over_a_picture_that_was_cut(
    copied: tuple[ModelSettings, list[Path]], tmp_path: Path, workers: int
) -> None:
    settings, paths = copied
    hardware = settings.hardware.model_copy(update={"workers": workers})
    settings = settings.model_copy(update={"hardware": hardware})
    for path in paths:
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UnreadableImageError) as error:
        detector(settings=settings, out=tmp_path / "detector")
    assert error.value.path in paths
    assert not (tmp_path / "detector").exists()


def test_a_disk_that_fails_is_told_by_the_images_name(
    copied: tuple[ModelSettings, list[Path]],
    trained: Trained,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings, paths = copied

    def fails(path: Path) -> str:
        raise OSError(errno.EIO, "Input/output error", str(path))

    monkeypatch.setattr("model.tensors.pictures.file_sha256", fails)
    with pytest.raises(UnreadableImageError, match="Input/output error") as error:
        regions(settings=settings, detector=trained.models / "detector", out=tmp_path / "regions")
    assert error.value.path in paths
    assert error.value.reason == "unreadable_file"
