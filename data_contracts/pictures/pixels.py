"""Reading an image file, whatever its format: bright is dense, the patient's right is left."""

from pathlib import Path
from typing import Final

from data_contracts.pictures.facts import ImageFacts
from data_contracts.pictures.grey import Picture, is_flat
from data_contracts.pictures.raster import read_raster, read_raster_facts
from data_contracts.pictures.unreadable import UnreadableImageError, check_bytes

#: Names that images have, in lower case; DICOM files often have none, see `is_image_name`.
SUFFIXES: Final = (".dcm", ".dicom", ".png", ".jpg", ".jpeg")

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_PREAMBLE: Final = 128
_DICM: Final = b"DICM"


def read_pixels(path: Path) -> Picture:
    """Read a DICOM, PNG or JPEG file.

    What the file is decides, not its name. See docs/images.md for how values are scaled.

    Returns:
        float32 [H, W] in 0 to 1, bright where the body is dense, with the patient's right at the
        left as far as the file says how it lies.

    Raises:
        UnreadableImageError: it cannot be used; `reason` names why.
    """
    if _is_dicom(path):
        from data_contracts.pictures.dicom import read_dicom  # its libraries are heavy

        picture = read_dicom(path)
    else:
        picture = read_raster(path)
    if is_flat(picture):
        raise UnreadableImageError(path, "blank", "all its pixels are alike; nothing to see")
    return picture


def read_facts(path: Path) -> ImageFacts:
    """Read what the header of a DICOM, PNG or JPEG file says, without decoding pixels.

    Raises:
        UnreadableImageError: it cannot be used; damage behind the header is not noticed.
    """
    if _is_dicom(path):
        from data_contracts.pictures.dicom import read_dicom_facts  # its libraries are heavy

        return read_dicom_facts(path)
    return read_raster_facts(path)


def is_image_name(path: Path) -> bool:
    """Whether a file is meant as an image: by its suffix, or without one by DICOM's mark."""
    if path.suffix.lower() in SUFFIXES:
        return True
    # UIDs as names end in a dot and digits.
    bare = not path.suffix or path.suffix[1:].isdigit()
    return bare and path.is_file() and _head(path)[_PREAMBLE:] == _DICM


def _is_dicom(path: Path) -> bool:
    check_bytes(path)
    head = _head(path)
    if head.startswith((_PNG, _JPEG)):
        return False
    if head[_PREAMBLE:] == _DICM:
        return True
    if path.suffix.lower() in (".dcm", ".dicom") and head:
        return True  # old files lack the mark
    raise UnreadableImageError(
        path, "not_an_image", "is neither DICOM nor PNG nor JPEG; convert it to one of them"
    )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_PREAMBLE + len(_DICM))
    except OSError as error:
        raise UnreadableImageError(path, "unreadable_file", f"{error.strerror}") from None
