"""A trained model reads an image in whatever form it comes, and shows what it read."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import pneumoloc
from data_contracts.pictures.unreadable import UnreadableImageError
from pneumoloc.given_images import GivenImageError
from pneumoloc.trained_model import MissingModelError, TrainedModel


@pytest.fixture(scope="module")
def model(trained: Path) -> TrainedModel:
    return pneumoloc.load(trained / "data")


@pytest.fixture(scope="module")
def chest(trained: Path) -> Path:
    return trained / "chest.png"


@pytest.fixture(scope="module")
def pixels(chest: Path) -> Any:
    with Image.open(chest) as image:
        return np.asarray(image.convert("L"))


def test_a_reading_has_boxes_attributes_and_severity(model: TrainedModel, chest: Path) -> None:
    reading = model.read(chest)
    assert reading.name == "chest.png"
    height, width = reading.picture.shape
    for box in reading.boxes:
        left, upper, right, lower = box.edges
        assert 0 <= left < right <= width
        assert 0 <= upper < lower <= height
    scores = [box.score for box in reading.boxes]
    assert scores == sorted(scores, reverse=True)
    probabilities = list(reading.attributes.values())
    assert probabilities == sorted(probabilities, reverse=True)
    assert reading.severity is not None
    assert 0 <= reading.severity.geographic_extent <= 8
    frame = reading.frame()
    assert list(frame.columns) == ["x", "y", "width", "height", "score", "attributes"]
    assert len(frame) == len(reading.boxes)
    assert json.loads(json.dumps(reading.as_dict()))["image"] == "chest.png"


def test_it_is_shown_as_a_picture(model: TrainedModel, chest: Path, tmp_path: Path) -> None:
    reading = model.read(str(chest))
    overlay = reading.overlay()
    assert overlay.width > overlay.height > 300
    overlay.save(tmp_path / "overlay.jpg")
    with Image.open(io.BytesIO(reading._repr_png_())) as shown:
        assert (shown.format, shown.size) == ("PNG", overlay.size)
    assert repr(reading).startswith("<Reading of chest.png, 64 x 64: ")
    assert "boxes count from 0.00 on" in repr(model)


def test_every_form_of_an_image_is_the_same_image(
    model: TrainedModel, chest: Path, pixels: Any, tmp_path: Path
) -> None:
    expected = model.read(chest).picture
    image = Image.fromarray(pixels)
    dicom = tmp_path / "chest.dcm"
    write_dicom(dicom, pixels)
    forms: dict[str, Any] = {
        "a DICOM file": dicom,
        "a PIL image": image,
        "one of colours": image.convert("RGB"),
        "one with transparency": image.convert("RGBA"),
        "an array": pixels,
        "one of floats": pixels.astype(np.float64) / 255,
        "one of colours, as an array": np.asarray(image.convert("RGB")),
        "channel first": pixels[None],
        "channel last": pixels[..., None],
        "a tensor": torch.from_numpy(pixels.copy()),
    }
    for name, form in forms.items():
        read = model.read(form, name=name)
        assert read.name == name
        # Not its boxes: after one epoch rounding decides which of equal regions are the likeliest.
        assert np.allclose(read.picture, expected, rtol=0, atol=1e-6), name
        assert read.picture.dtype == np.float32


def test_numbers_of_any_range_are_stretched(model: TrainedModel, pixels: Any) -> None:
    wide = pixels.astype(np.int32) * 16 - 1024
    for form in (wide.astype(np.int16), wide.astype(np.float32), Image.fromarray(wide)):
        picture = model.read(form).picture
        assert picture.dtype == np.float32
        assert (picture.min(), picture.max()) == (0, 1)


def test_an_image_is_turned_as_its_camera_says(model: TrainedModel, pixels: Any) -> None:
    wide = Image.fromarray(np.tile(pixels, (1, 2)))
    wide.getexif()[0x0112] = 6
    assert model.read(wide).picture.shape == (128, 64)


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (7, "it is of type int"),
        (None, "it is of type NoneType"),
        (["a.png", "b.png"], "it is of type list; read images one by one"),
        (np.array(["x"]), "it is an array of <U1"),
        (np.zeros((0, 4)), r"shape \(0, 4\)"),
        (np.zeros((2, 80, 80)), r"its shape is \(2, 80, 80\)"),
        (np.full((80, 80), np.nan), "NaN or infinite"),
        (np.ones((80, 80)), "all pixels of the given image are alike"),
        (Image.new("L", (80, 80), 9), "all pixels of the given image are alike"),
    ],
)
def test_what_is_no_image_is_said(model: TrainedModel, image: Any, told: str) -> None:
    with pytest.raises(GivenImageError, match=told):
        model.read(image)


def test_an_image_that_cannot_be_used_is_said(model: TrainedModel, tmp_path: Path) -> None:
    with pytest.raises(UnreadableImageError, match="sides of 64 and more"):
        model.read(np.zeros((10, 10)))
    with pytest.raises(UnreadableImageError, match="No such file"):
        model.read(tmp_path / "none.dcm")
    (tmp_path / "notes.txt").write_text("no image")
    with pytest.raises(UnreadableImageError, match="neither DICOM nor PNG nor JPEG"):
        model.read(tmp_path / "notes.txt")


def test_a_model_that_is_not_there(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingModelError, match=r"(?s)detector, network, .*uv run dvc repro"):
        pneumoloc.load(tmp_path)
    shutil.copytree(trained / "data" / "network", tmp_path / "network")
    shutil.copytree(trained / "data" / "detector", tmp_path / "detector")
    with pytest.raises(MissingModelError, match=r"evaluation/threshold\.json is not there"):
        pneumoloc.load(tmp_path)


def test_settings_of_ones_own(trained: Path, tmp_path: Path) -> None:
    params = tmp_path / "params.yaml"
    params.write_text("model:\n  regions:\n    per_image: 2\n")
    read = pneumoloc.load(trained / "data", params=params).read(trained / "chest.png")
    assert len(read.boxes) <= 2


def write_dicom(path: Path, pixels: Any) -> None:
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 1, 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.PixelData = pixels.tobytes()
    dataset.save_as(path)
