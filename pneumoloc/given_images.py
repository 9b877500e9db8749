"""An image in whatever form a user has it, as the picture that networks read."""

import os
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from data_contracts.pictures.grey import Picture, between, is_flat, stretch
from data_contracts.pictures.pixels import read_pixels
from data_contracts.pictures.unreadable import check_size

_EXPECTED: Final = "expected a path to a DICOM, PNG or JPEG file, a PIL image, or an array"
_WHITE: Final = 255
# What an image without a file is called where a file would be named.
_GIVEN: Final = Path("the given image")


class GivenImageError(ValueError):
    """What was given is no image that can be read; the message says what was expected."""


def name_of(image: Any) -> str:
    """The name of an image's file, or `image` where it has none."""
    path = image if isinstance(image, str | os.PathLike) else getattr(image, "filename", "")
    return Path(path).name or "image"


def given_picture(image: Any) -> Picture:
    """Float32 [H, W] in 0 to 1 of what a user has given.

    Args:
        image: the path of a file; a PIL image; or an array of a PIL image's shape, or [1, H, W].
            8 bits run from black to white, and so do floats within 0 to 1; what other numbers
            there are is stretched from the darkest to the brightest.

    Raises:
        UnreadableImageError: the file cannot be used, or the image is too small or too large.
        GivenImageError: it is no image.
    """
    if isinstance(image, str | os.PathLike):
        return read_pixels(Path(image))
    picture = _of_pil(image) if isinstance(image, Image.Image) else _of_array(image)
    if is_flat(picture):
        raise GivenImageError("all pixels of the given image are alike; nothing to see")
    return picture


def _of_pil(image: Image.Image) -> Picture:
    check_size(_GIVEN, *image.size)
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I") or upright.mode == "F":
        return _grey(np.asarray(upright))
    if upright.has_transparency_data:
        coloured = upright.convert("RGBA")
        black = Image.new("RGBA", coloured.size, (0, 0, 0, _WHITE))
        upright = Image.alpha_composite(black, coloured)
    if upright.mode not in ("1", "L", "LA"):
        upright = upright.convert("RGB")
    return between(np.asarray(upright.convert("L")), 0, _WHITE)


def _of_array(image: Any) -> Picture:
    if not hasattr(image, "__array__"):
        several = "; read images one by one" if isinstance(image, list | tuple) else ""
        raise GivenImageError(f"{_EXPECTED}; it is of type {type(image).__name__}{several}")
    array = np.asarray(image)
    if array.dtype.kind not in "uif" or not array.size:
        raise GivenImageError(
            f"{_EXPECTED} of numbers; it is an array of {array.dtype}, shape {array.shape}"
        )
    if array.ndim == 3 and 1 in (array.shape[0], array.shape[-1]):
        array = array.squeeze(0 if array.shape[0] == 1 else -1)
    if array.ndim == 3 and array.shape[-1] in (3, 4) and array.dtype == np.uint8:
        return _of_pil(Image.fromarray(array))
    if array.ndim != 2:
        raise GivenImageError(
            f"{_EXPECTED} of shape [H, W], or of bytes and shape [H, W, 3]; its shape is "
            f"{array.shape}, of {array.dtype}"
        )
    height, width = array.shape
    check_size(_GIVEN, width, height)
    return _grey(array)


def _grey(values: npt.NDArray[Any]) -> Picture:
    if values.dtype == np.uint8:
        return between(values, 0, _WHITE)
    if not np.isfinite(values).all():
        raise GivenImageError("the given image has pixels that are NaN or infinite; set them to 0")
    if values.dtype.kind == "f" and values.min() >= 0 and values.max() <= 1:
        return np.ascontiguousarray(values, dtype=np.float32)
    return stretch(values)
