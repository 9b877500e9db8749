"""Masks written as run lengths, as COCO's tools write them.

Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014. A mask is read column by
column; runs of zeros and ones take turns, zeros first. Compressed, a run stands as its difference
from the run two before it, in characters of six bits counted from "0": five of value, the lowest
first, and one that says whether more follow.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from data_contracts.pictures.unreadable import MAX_PIXELS

_EIGHT_NEIGHBOURS: Final = np.ones((3, 3), dtype=bool)


class BrokenMaskError(ValueError):
    """A mask that cannot be decoded; the message says what was expected."""


def parts_of_mask(mask: Any) -> tuple[tuple[int, int], list[tuple[float, float, float, float]]]:
    """The boxes around a mask's connected parts.

    Args:
        mask: `{"size": [height, width], "counts": ...}`, counts a compressed string or a list.

    Returns:
        The mask's width and height, and left, upper, right and lower edge of each part in pixels,
        from left to right.

    Raises:
        BrokenMaskError: it is no such mask, is too large, or its runs do not fill it.
    """
    size, counts = (
        (mask.get("size"), mask.get("counts")) if isinstance(mask, dict) else (None, None)
    )
    if not (isinstance(size, list) and len(size) == 2 and all(type(side) is int for side in size)):
        raise BrokenMaskError("expected a size of height and width")
    height, width = size
    if min(size) < 1 or height * width > MAX_PIXELS:
        raise BrokenMaskError(f"expected a size of 1 to {MAX_PIXELS:,} pixels")
    runs = _decompressed(counts) if isinstance(counts, str) else counts
    if not (isinstance(runs, list) and all(type(run) is int and run >= 0 for run in runs)):
        raise BrokenMaskError("expected counts, none of them below 0")
    if sum(runs) != height * width:
        raise BrokenMaskError("expected counts that fill its size")
    if not any(runs[1::2]):
        return (width, height), []
    # Column by column: a row of this array is a column of the picture.
    columns = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(width, height)
    return (width, height), list(_boxes(columns))


def _boxes(columns: npt.NDArray[np.bool_]) -> list[tuple[float, float, float, float]]:
    from scipy import ndimage  # heavy, and needed for masks alone

    parts, _ = ndimage.label(columns, structure=_EIGHT_NEIGHBOURS)
    return [
        (float(across.start), float(down.start), float(across.stop), float(down.stop))
        for across, down in ndimage.find_objects(parts)
    ]


def _decompressed(text: str) -> list[int]:
    runs: list[int] = []
    value, shift = 0, 0
    for character in text:
        bits = ord(character) - ord("0")
        if not 0 <= bits < 64 or shift > 60:
            raise BrokenMaskError("expected counts as COCO compresses them")
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:  # negative, in two's complement
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value, shift = 0, 0
    if shift:
        raise BrokenMaskError("expected counts as COCO compresses them")
    return runs
