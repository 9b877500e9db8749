"""DICOM files as pictures of 0 to 1.

Digital Imaging and Communications in Medicine, PS3.3 C.7.6.3 (pixels) and C.11 (what to show).
"""

import logging
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isfinite, prod
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_file_meta_info
from pydicom.multival import MultiValue
from pydicom.pixels.processing import (
    apply_color_lut,
    apply_rescale,
)
from pydicom.pixels.utils import pixel_array
from pydicom.uid import DeflatedExplicitVRLittleEndian

from data_contracts.pictures.display_tables import LookupTable, read_lookup_table
from data_contracts.pictures.facts import DISPLAY_TABLE_UNUSABLE, ImageFacts
from data_contracts.pictures.grey import Picture, between, is_flat, stretch
from data_contracts.pictures.orientation import reorientation_of
from data_contracts.pictures.unreadable import UnreadableImageError, check_bytes, check_size
from data_contracts.pictures.views import view_of

# Its complaints repeat the values of elements, among which are patients' names.
logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)

# What pydicom and its decoders raise over broken files, found by breaking some.
_DAMAGE: Final = (
    InvalidDicomError,
    BytesLengthException,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RuntimeError,
    ArithmeticError,
    NotImplementedError,
    RecursionError,
    struct.error,
    zlib.error,
)
# Radiographs, and what cameras and scanners of films call themselves.
_RADIOGRAPHS: Final = ("CR", "DX", "DR", "RG", "RF", "XA", "PX", "OT", "SC", "XC", "HC", "FS", "")
#: Other modalities that a message may name.
_OTHERS: Final = (
    *("CT", "MR", "US", "NM", "PT", "MG", "IO", "OP", "ES", "GM", "SM", "ECG", "BI", "TG", "AU"),
    *("SR", "SEG", "PR", "KO", "DOC", "REG", "RTIMAGE", "RTSTRUCT", "RTPLAN", "RTDOSE"),
)
_SPACINGS: Final = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
_PIXEL_DATA: Final = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


def read_dicom_facts(path: Path) -> ImageFacts:
    """What a DICOM file's header says.

    Raises:
        UnreadableImageError: see `read_dicom`; a file cut off behind its header is not noticed.
    """
    with _damage_told(path):
        return _facts(path, _read(path, stop_before_pixels=True))


def read_dicom(path: Path) -> Picture:
    """Read a DICOM file as a workstation shows it, turned as PatientOrientation says.

    The stored values go through the modality's rescaling or table, then through the first table or
    window of the file; see `stretch` for files of more than 8 bits without one. A table that cannot
    be used is passed over, and the facts say so. MONOCHROME1 is
    inverted, so that bright is dense. Padding becomes black.

    Returns:
        float32 [H, W] in 0 to 1.

    Raises:
        UnreadableImageError: the file cannot be read, is no DICOM image, is no radiograph, has
            several frames, is cut off or damaged, or is too small or too large.
    """
    with _damage_told(path):
        dataset = _read(path, stop_before_pixels=False)
        facts = _facts(path, dataset)
        if not any(name in dataset for name in _PIXEL_DATA):
            raise UnreadableImageError(path, "truncated", "has no pixels; fetch it anew")
        _check_length(path, dataset)
        stored = _decode(dataset)
        if stored.shape != facts.stored_size[::-1]:
            raise UnreadableImageError(
                path, "damaged", f"holds pixels of shape {stored.shape}, unlike its header"
            )
        picture = _shown(dataset, stored)
        # NaN is neither: a slope or table of values that are no numbers.
        if not 0 <= float(picture.min()) <= float(picture.max()) <= 1:
            raise UnreadableImageError(
                path, "damaged", "its rescaling or window gives no grey values; fetch it anew"
            )
        return np.ascontiguousarray(facts.reorientation.picture(picture))


def _read(path: Path, *, stop_before_pixels: bool) -> Dataset:
    check_bytes(path)
    try:
        syntax = read_file_meta_info(path).get("TransferSyntaxUID")
    except InvalidDicomError:
        syntax = None  # a file without the mark; its data set may still be whole
    if syntax == DeflatedExplicitVRLittleEndian:
        # It is unpacked whole before a limit can be put to it.
        raise UnreadableImageError(
            path, "unsupported", "is deflated as a whole; save it uncompressed or as JPEG"
        )
    return dcmread(path, force=syntax is None, stop_before_pixels=stop_before_pixels)


def _facts(path: Path, dataset: Dataset) -> ImageFacts:
    if "Rows" not in dataset or "Columns" not in dataset:
        raise UnreadableImageError(path, "not_an_image", "is no DICOM image; it has no Rows")
    modality = str(dataset.get("Modality") or "").upper()
    if modality not in _RADIOGRAPHS:
        raise UnreadableImageError(
            path, "not_radiograph", f"is {_told(modality)}; expected modality CR, DX or the like"
        )
    frames = int(dataset.get("NumberOfFrames") or 1)
    if frames > 1:
        raise UnreadableImageError(
            path, "multi_frame", f"has {frames} frames; expected one, so save them apart"
        )
    width, height = int(dataset.Columns), int(dataset.Rows)
    check_size(path, width, height)
    orientation = dataset.get("PatientOrientation") or ()
    reorientation = reorientation_of(
        orientation if isinstance(orientation, MultiValue | list) else ()
    )
    spacing = _spacing(dataset)
    if spacing is not None and reorientation.transpose:
        spacing = spacing[::-1]
    return ImageFacts(
        *reorientation.size(width, height), spacing, _view(dataset), reorientation, _notes(dataset)
    )


def _told(modality: str) -> str:
    """A modality's name; what is none may be anything, a patient's name too."""
    return f"of modality {modality}" if modality in _OTHERS else "of another modality"


def _notes(dataset: Dataset) -> tuple[str, ...]:
    voi = dataset.get("VOILUTSequence") and not _display_table(dataset)
    modality = dataset.get("ModalityLUTSequence") and not _modality_table(dataset)
    return (DISPLAY_TABLE_UNUSABLE,) if voi or modality else ()


def _modality_table(dataset: Dataset) -> LookupTable | None:
    return read_lookup_table(dataset, "ModalityLUTSequence")


def _display_table(dataset: Dataset) -> LookupTable | None:
    table = read_lookup_table(dataset, "VOILUTSequence")
    return table if table is not None and table.spans_its_bits else None


def _spacing(dataset: Dataset) -> tuple[float, float] | None:
    """Distance of columns and of rows; the standard has them the other way round."""
    for name in _SPACINGS:
        value = dataset.get(name)
        if not isinstance(value, MultiValue | list) or len(value) != 2:
            continue
        down, across = float(value[0]), float(value[1])
        if all(isfinite(side) and side > 0 for side in (across, down)):
            return across, down
    return None


def _view(dataset: Dataset) -> str | None:
    view = view_of(str(dataset.get("ViewPosition") or ""))
    if view is None and dataset.get("ViewCodeSequence"):
        view = view_of(str(dataset.ViewCodeSequence[0].get("CodeMeaning") or ""))
    if view is None:
        orientation = dataset.get("PatientOrientation") or ("",)
        # Rows that run from front to back are seen from the side.
        if str(orientation[0])[:1].upper() in ("A", "P"):
            return "LATERAL"
    return view


def _check_length(path: Path, dataset: Dataset) -> None:
    """Uncompressed pixels must all be there; decoders pad what is missing."""
    syntax = dataset.file_meta.get("TransferSyntaxUID") if hasattr(dataset, "file_meta") else None
    if (syntax is not None and syntax.is_compressed) or "PixelData" not in dataset:
        return
    samples = (int(dataset.Rows), int(dataset.Columns), int(dataset.get("SamplesPerPixel") or 1))
    expected = prod(samples) * int(dataset.BitsAllocated) // 8
    found = len(dataset.PixelData)
    # Chroma that is stored for every other pixel takes two thirds.
    if "422" not in str(dataset.get("PhotometricInterpretation")) and found < expected:
        raise UnreadableImageError(
            path, "truncated", f"has {found:,} of {expected:,} bytes of pixels; fetch it anew"
        )


def _decode(dataset: Dataset) -> NDArray[Any]:
    stored: NDArray[Any] = pixel_array(dataset)
    if str(dataset.PhotometricInterpretation) == "PALETTE COLOR":
        stored = apply_color_lut(stored, dataset)
    if stored.ndim == 3:
        return stored[..., :3] @ np.asarray((0.299, 0.587, 0.114), np.float32)
    return stored


def _shown(dataset: Dataset, stored: NDArray[Any]) -> Picture:
    """The decoded values as they are shown, bright where dense, before they are turned."""
    if str(dataset.PhotometricInterpretation) not in ("MONOCHROME1", "MONOCHROME2"):
        if str(dataset.PhotometricInterpretation) == "PALETTE COLOR":
            return stretch(stored)
        return between(stored, 0, 2 ** int(dataset.BitsStored) - 1)
    valid = _without_padding(dataset, stored)
    values = _values(dataset, stored)
    picture = _displayed(dataset, values)
    if picture is None or is_flat(picture):  # a window beside the picture's values shows nothing
        if int(dataset.BitsStored) <= 8 and "ModalityLUTSequence" not in dataset:
            picture = _stored_range(dataset, values)
        else:
            picture = stretch(values, valid)
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        picture = 1 - picture
    if valid is not None:
        picture[~valid] = 0
    return picture


def _values(dataset: Dataset, stored: NDArray[Any]) -> NDArray[Any]:
    """The stored values through the modality's table or rescaling."""
    table = _modality_table(dataset)
    if table is not None:
        return table.apply(stored)
    if dataset.get("ModalityLUTSequence"):
        return stored
    return apply_rescale(stored, dataset)


def _stored_range(dataset: Dataset, values: NDArray[Any]) -> Picture:
    """8 bits are made for screens: their whole range is black to white."""
    slope = float(dataset.get("RescaleSlope") or 1)
    intercept = float(dataset.get("RescaleIntercept") or 0)
    bits = int(dataset.BitsStored)
    least = -(2 ** (bits - 1)) if int(dataset.get("PixelRepresentation") or 0) else 0
    ends = sorted(end * slope + intercept for end in (least, least + 2**bits - 1))
    return between(values, *ends)


def _without_padding(dataset: Dataset, stored: NDArray[Any]) -> NDArray[np.bool_] | None:
    padding = dataset.get("PixelPaddingValue")
    if padding is None:
        return None
    end = dataset.get("PixelPaddingRangeLimit")
    low, high = sorted((int(padding), int(padding if end is None else end)))
    valid: NDArray[np.bool_] = (stored < low) | (stored > high)
    # Where all is padding, or nothing is, the value says nothing.
    return valid if valid.any() and not valid.all() else None


def _displayed(dataset: Dataset, values: NDArray[Any]) -> Picture | None:
    """Values through the file's first table, or else its window; None where it has neither."""
    table = _display_table(dataset)
    if table is None:
        return _windowed(dataset, values)
    picture = between(table.apply(values), 0, 2**table.bits - 1)
    return _windowed(dataset, values) if is_flat(picture) else picture


def _windowed(dataset: Dataset, values: NDArray[Any]) -> Picture | None:
    """Values through the file's first window; None where it has none."""
    center, width = (_first(dataset.get(name)) for name in ("WindowCenter", "WindowWidth"))
    if center is None or width is None or width <= 0:
        return None
    function = str(dataset.get("VOILUTFunction") or "LINEAR").upper()
    try:
        picture = _WINDOWS.get(function, _linear)(values, center, width)
    except ArithmeticError:  # so narrow that it has no width
        return None
    return picture if isfinite(float(picture.max())) else None


def _first(value: Any) -> float | None:
    if isinstance(value, MultiValue | list):
        value = value[0] if value else None
    number = float(value) if value not in (None, "") else None
    return number if number is not None and isfinite(number) else None


def _linear(values: NDArray[Any], center: float, width: float) -> Picture:
    if width <= 1:
        return between(values, center - 0.5 - width / 2, center - 0.5 + width / 2)
    return between(values, center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2)


def _linear_exact(values: NDArray[Any], center: float, width: float) -> Picture:
    return between(values, center - width / 2, center + width / 2)


def _sigmoid(values: NDArray[Any], center: float, width: float) -> Picture:
    steps = np.clip((values.astype(np.float32) - center) * (-4 / width), -80, 80)
    return (1 / (1 + np.exp(steps))).astype(np.float32)


_WINDOWS: Final[dict[str, Callable[[NDArray[Any], float, float], Picture]]] = {
    "LINEAR": _linear,
    "LINEAR_EXACT": _linear_exact,
    "SIGMOID": _sigmoid,
}


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            # Headers that bend the standard are common, and what is used of them is checked here.
            warnings.simplefilter("ignore")
            yield
    except UnreadableImageError:
        raise
    except MemoryError:
        raise UnreadableImageError(path, "too_large", "does not fit into memory") from None
    except _DAMAGE as error:
        cut = isinstance(error, EOFError) or "length" in str(error) or "truncated" in str(error)
        raise UnreadableImageError(
            path,
            "truncated" if cut else "damaged",
            f"cannot be decoded ({type(error).__name__}); fetch it anew",
        ) from None
