"""Pictures for a browser come from below their root, whatever a table or a folder says."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from command_line.study_view import pictures
from command_line.study_view.pictures import PictureError, png_of

Write = Callable[..., Path]


@pytest.fixture
def root(tmp_path: Path, write_image: Write) -> Path:
    write_image(tmp_path / "secret.png")
    write_image(tmp_path / "root" / "a.png")
    return tmp_path / "root"


def decoded(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image


def test_a_png_and_a_dicom_file_become_grey_png(root: Path, write_dicom: Write) -> None:
    write_dicom(root / "deep" / "b.dcm")
    for path in ("a.png", "deep/b.dcm"):
        image = decoded(png_of(root, path))
        assert (image.mode, image.size) == ("L", (80, 70))


def test_a_dicom_file_that_lies_mirrored_is_turned_as_its_boxes_are(
    root: Path, write_dicom: Write
) -> None:
    write_dicom(root / "plain.dcm")
    write_dicom(
        root / "mirrored.dcm", tags={"PatientOrientation": ["R", "F"], "ViewPosition": "PA"}
    )
    plain, mirrored = (np.asarray(decoded(png_of(root, f"{name}.dcm")))
                       for name in ("plain", "mirrored"))  # fmt: skip
    assert (mirrored == plain[:, ::-1]).all()


def test_large_pictures_are_made_smaller_and_small_ones_are_left(root: Path) -> None:
    assert decoded(png_of(root, "a.png", longest=40)).size == (40, 35)
    assert decoded(png_of(root, "a.png", longest=400)).size == (80, 70)


@pytest.mark.parametrize(
    "path",
    ["../secret.png", "deep/../../secret.png", "/etc/passwd", "C:\\secret.png", "a.png\0", ""],
)
def test_paths_that_lead_out_are_refused(root: Path, path: str) -> None:
    with pytest.raises(PictureError, match="leads out"):
        png_of(root, path)


def test_links_that_lead_out_are_refused(root: Path) -> None:
    (root / "link.png").symlink_to(root.parent / "secret.png")
    (root / "folder").symlink_to(root.parent)
    (root / "ring.png").symlink_to(root / "ring.png")
    for path in ("link.png", "folder/secret.png", "ring.png"):
        with pytest.raises(PictureError, match="leads out"):
            png_of(root, path)


def test_links_that_stay_inside_are_followed(root: Path) -> None:
    (root / "link.png").symlink_to(root / "a.png")
    assert decoded(png_of(root, "link.png")).size == (80, 70)


def test_what_is_no_image_is_refused_without_a_word_of_it(root: Path) -> None:
    (root / "notes.txt").write_text("Zebulon has an opacity.", encoding="utf-8")
    (root / "folder").mkdir()
    for path in ("notes.txt", "folder", "missing.png"):
        with pytest.raises(PictureError) as refused:
            png_of(root, path)
        assert "Zebulon" not in str(refused.value)
        assert str(root) not in str(refused.value)


@pytest.mark.parametrize("limit", ["MAX_BYTES", "MAX_PIXELS"])
def test_what_is_too_large_is_refused_before_it_is_decoded(
    root: Path, limit: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr(pictures, limit, 100)
    monkeypatch.setattr(pictures, "read_pixels", lambda _: pytest.fail("decoded"))
    with pytest.raises(PictureError, match="too large"):
        png_of(root, "a.png")
