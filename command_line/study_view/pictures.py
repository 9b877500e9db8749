"""Pictures of a table's images as PNG, for a browser: from below their root, and not too big."""

import io
import threading
from pathlib import Path
from typing import Final

from data_contracts.pictures.paths import lies_inside
from data_contracts.pictures.pixels import read_facts, read_pixels
from data_contracts.pictures.unreadable import UnreadableImageError

#: Pixels of a shown picture's longer side; more is not seen on a page.
LONGEST_SIDE: Final = 1280
#: Twice the largest detector. A page must not fill the memory of who serves it.
MAX_PIXELS: Final = 40_000_000
MAX_BYTES: Final = 200_000_000

#: One picture at a time is decoded, however many are asked for.
_DECODING: Final = threading.Lock()


class PictureError(ValueError):
    """A picture cannot be shown; the message says why, and names no path."""


def picture_file(root: Path, path: str) -> Path:
    """The file that a table names, links followed, once it is sure to lie below the root.

    Args:
        root: folder that the table's paths start from.
        path: as the table has it, with `/` between folders.

    Raises:
        PictureError: it leads out of the root, is not there, or is no file.
    """
    if not lies_inside(root, path):
        raise PictureError("its path leads out of the images' folder; nothing is read there")
    file = (root / path).resolve()
    if not file.is_file():
        raise PictureError("its file is not there; give the images' folder with --images-root")
    if file.stat().st_size > MAX_BYTES:
        raise PictureError(f"its file has more than {MAX_BYTES:,} bytes; that is too large to show")
    return file


def png_of(root: Path, path: str, longest: int = LONGEST_SIDE) -> bytes:
    """A DICOM, PNG or JPEG file as an 8-bit grey PNG, upright, its longer side cut to `longest`.

    Args:
        root: folder that the table's paths start from.
        path: as the table has it.
        longest: pixels.

    Raises:
        PictureError: the file may not be read, cannot be read, or is too large.
    """
    file = picture_file(root, path)
    with _DECODING:
        try:
            facts = read_facts(file)
            if facts.width * facts.height > MAX_PIXELS:
                raise PictureError(
                    f"it has {facts.width:,} x {facts.height:,} pixels; that is too large to show"
                )
            return _encoded(file, longest)
        except UnreadableImageError as error:
            raise PictureError(f"its file {error.detail}") from None
        except ModuleNotFoundError as error:
            raise PictureError(f"DICOM files need {error.name}, which is not installed") from None


def _encoded(file: Path, longest: int) -> bytes:
    from PIL import Image

    values = read_pixels(file)
    image = Image.fromarray((values * 255).round().astype("uint8"))
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=3.0)
    encoded = io.BytesIO()
    image.save(encoded, "PNG")
    return encoded.getvalue()
