"""PNG and JPEG files as pictures of 0 to 1."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from data_contracts.pictures.facts import ImageFacts
from data_contracts.pictures.grey import Picture, between, stretch
from data_contracts.pictures.unreadable import UnreadableImageError, check_bytes, check_size

_FORMATS: Final = ("PNG", "JPEG")
_DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    EOFError,
    IndexError,
    ArithmeticError,
    struct.error,
    zlib.error,
)
_EXIF_ORIENTATION: Final = 0x0112
_SIDEWAYS: Final = (5, 6, 7, 8)


def read_raster_facts(path: Path) -> ImageFacts:
    """What the header of a PNG or JPEG says.

    Their resolution fields tell how to print a picture, not how the detector sampled it, so that
    the spacing stays unknown.

    Raises:
        UnreadableImageError: see `read_raster`; a file cut off behind its header is not noticed.
    """
    with _opened(path) as image:
        width, height = image.size
        if _orientation(image) in _SIDEWAYS:
            width, height = height, width
        return ImageFacts(width, height)


def read_raster(path: Path) -> Picture:
    """Read a PNG or JPEG, turned as its EXIF orientation says.

    8 bits: 0 is black and 255 white. 16 bits, of which files often use 12: see `stretch`. Colours
    become their luminance; what is transparent becomes black.

    Returns:
        float32 [H, W] in 0 to 1.

    Raises:
        UnreadableImageError: the file cannot be read, is no PNG or JPEG, is cut off or damaged, or
            is too small or too large.
    """
    with _opened(path) as image:
        upright = ImageOps.exif_transpose(image) if _orientation(image) != 1 else image
        if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
            return stretch(np.asarray(upright))
        return between(np.asarray(_luminance(upright)), 0, 255)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation; a PNG that tells it behind its pixels is not decoded to look for it."""
    if image.format == "PNG" and "exif" not in image.info:
        return 1
    told = image.getexif().get(_EXIF_ORIENTATION)
    return next((number for number in range(1, 9) if told == number), 1)


def _luminance(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        black = Image.new("RGBA", coloured.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, coloured)
    if image.mode == "L":
        return image
    if image.mode in ("1", "LA"):
        return image.convert("L")
    return image.convert("RGB").convert("L")


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """The image, its size checked before anything is decoded; damage found later is told too."""
    check_bytes(path)
    try:
        with warnings.catch_warnings():
            # Pillow warns of sizes that are judged here, and of odd EXIF data that nobody reads.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=_FORMATS) as image:
                check_size(path, *image.size)
                yield image
    except UnreadableImageError:
        raise
    except UnidentifiedImageError:
        raise UnreadableImageError(
            path, "damaged", "its header cannot be read; fetch it anew"
        ) from None
    except Image.DecompressionBombError:
        raise UnreadableImageError(path, "too_large", "claims far too many pixels") from None
    except _DAMAGE as error:
        cut = "truncated" in str(error).lower() or isinstance(error, EOFError)
        if cut:
            raise UnreadableImageError(
                path, "truncated", "the file ends too early; fetch it anew"
            ) from None
        raise UnreadableImageError(
            path, "damaged", "its pixels cannot be decoded; fetch it anew"
        ) from None
