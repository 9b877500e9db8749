"""PNG and JPEG files of every mode become one kind of picture."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from data_contracts.pictures.pixels import read_facts, read_pixels
from data_contracts.pictures.unreadable import UnreadableImageError

Write = Callable[..., Path]
Values = NDArray[np.uint8]


def reason(path: Path) -> str:
    with pytest.raises(UnreadableImageError) as caught:
        read_pixels(path)
    assert path.name in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "P", "1"])
def test_a_png_of_any_mode_is_grey_in_0_to_1(tmp_path: Path, picture: Values, mode: str) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(picture).convert(mode).save(path)
    read = read_pixels(path)
    assert read.shape == (70, 80)
    assert read.dtype == np.float32
    assert 0 <= read.min() < read.max() <= 1
    if mode != "1":
        assert np.abs(read - picture / 255).max() < 0.02


def test_what_is_transparent_is_black(tmp_path: Path, picture: Values) -> None:
    alpha = np.full_like(picture, 255)
    alpha[:, 40:] = 0
    Image.fromarray(np.dstack([picture] * 3 + [alpha])).save(tmp_path / "a.png")
    read = read_pixels(tmp_path / "a.png")
    assert read[:, 40:].max() == 0
    assert read[:, :40].max() > 0.3


def test_12_bits_in_a_16_bit_png_use_the_whole_range(tmp_path: Path, picture: Values) -> None:
    Image.fromarray(picture.astype(np.uint16) * 16).save(tmp_path / "a.png")
    read = read_pixels(tmp_path / "a.png")
    assert (read.min(), read.max()) == (0, 1)
    assert np.corrcoef(read.ravel(), picture.ravel())[0, 1] > 0.99


def test_exif_says_which_side_is_up(tmp_path: Path, picture: Values) -> None:
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise to show
    Image.fromarray(picture).save(path, exif=exif, quality=100)
    read, facts = read_pixels(path), read_facts(path)
    assert read.shape == (facts.height, facts.width) == (80, 70)
    assert np.abs(read - np.rot90(picture, -1) / 255).max() < 0.05


def test_a_jpeg_by_the_name_of_a_png_is_read(tmp_path: Path, picture: Values) -> None:
    Image.fromarray(picture).save(tmp_path / "a.png", format="JPEG")
    assert read_pixels(tmp_path / "a.png").shape == (70, 80)


def test_what_is_too_small_is_refused(tmp_path: Path, picture: Values) -> None:
    Image.fromarray(picture[:63]).save(tmp_path / "a.png")
    assert reason(tmp_path / "a.png") == "too_small"


def test_a_decompression_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    Image.new("1", (20_000, 6_000)).save(tmp_path / "a.png")
    assert reason(tmp_path / "a.png") == "too_large"


def test_a_picture_of_one_grey_is_refused(tmp_path: Path) -> None:
    Image.new("L", (100, 100), 127).save(tmp_path / "a.png")
    assert reason(tmp_path / "a.png") == "blank"


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_file_cut_off_is_refused(
    tmp_path: Path, write_image: Write, suffix: str, picture: Values
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (200, 200), dtype=np.uint8)
    path = write_image(tmp_path / f"a{suffix}", noise)
    path.write_bytes(path.read_bytes()[:-4000])
    assert reason(path) == "truncated"
    assert read_facts(path).width == 200


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<html>no such file</html>", b"\x00" * 500])
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    assert reason(tmp_path / "a.png") == "not_an_image"


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    assert reason(tmp_path / "none.png") == "unreadable_file"
    (tmp_path / "folder.png").mkdir()
    assert reason(tmp_path / "folder.png") == "unreadable_file"


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), suffix=st.sampled_from([".png", ".jpg"]))
def test_damage_never_ends_in_a_strange_error(
    tmp_path: Path, write_image: Write, data: st.DataObject, suffix: str
) -> None:
    path = write_image(tmp_path / f"a{suffix}")
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        read: Any = read_pixels(path)
    except UnreadableImageError as error:
        reasons = ("truncated", "damaged", "not_an_image", "too_small", "too_large", "blank")
        if error.reason not in reasons:
            raise
    else:
        assert 0 <= read.min() <= read.max() <= 1


@pytest.mark.parametrize(
    ("number", "shape"),
    [(float("inf"), (70, 80)), (float("nan"), (70, 80)), (6.7, (70, 80)), (6.0, (80, 70))],
)
def test_an_orientation_of_an_odd_type_costs_no_picture(
    tmp_path: Path, picture: Values, number: float, shape: tuple[int, int]
) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(picture).save(path, "JPEG", quality=95)
    # One entry, orientation as a float.
    entry = struct.pack("<HHIf", 0x0112, 11, 1, number)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)
    content = path.read_bytes()
    path.write_bytes(
        content[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + content[2:]
    )
    assert read_pixels(path).shape == shape
    assert read_facts(path).width == shape[1]
