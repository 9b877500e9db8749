"""What is wrong with a box that is not right: where it lies beside the reference boxes."""

from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from model.scoring.overlap import Boxes, iou

_CLOSE, _ABOUT = 0.5, 0.3
# Of the smaller one of two boxes, how much has to lie within the other for it to be a part of it.
_WITHIN: Final = 0.75
# A reference box of this share of the width, over the picture's middle, spans both lungs.
_SPANS: Final = 0.5


class Kind(StrEnum):
    """How a box lies to the reference box that it overlaps most, or is nearest to."""

    RIGHT = "right at IoU 0.5"
    ABOUT = "right at IoU 0.3"
    ONE_OF_TWO = "one lung of a box that spans both"
    PART = "a part of the box"
    TOO_LARGE = "too large"
    BESIDE = "overlaps it, beside"
    SAME_SIDE = "elsewhere in the same lung"
    OTHER_SIDE = "in the other lung"
    NOTHING = "nothing found"


def kind_of_error(found: npt.NDArray[Any] | None, reference: Boxes, width: int) -> Kind:
    """The kind of a box.

    Args:
        found: [4] its edges in the image's pixels; None where nothing was found.
        reference: [N, 4] of the image, at least one.
        width: of the image, in pixels.

    Raises:
        ValueError: there is no reference box.
    """
    if not len(reference):
        raise ValueError("no reference box; a box beside nothing has no kind")
    if found is None:
        return Kind.NOTHING
    overlaps = iou(found[None], reference)[0]
    if overlaps.max() >= _ABOUT:
        return Kind.RIGHT if overlaps.max() >= _CLOSE else Kind.ABOUT
    middle = (found[0] + found[2]) / 2
    if not overlaps.max() > 0:
        same = ((reference[:, 0] + reference[:, 2]) / 2 < width / 2) == (middle < width / 2)
        return Kind.SAME_SIDE if same.any() else Kind.OTHER_SIDE
    return _of_overlapping(found, reference[int(overlaps.argmax())], width)


def _of_overlapping(found: npt.NDArray[Any], own: npt.NDArray[Any], width: int) -> Kind:
    sides = np.minimum(found[2:], own[2:]) - np.maximum(found[:2], own[:2])
    shared = float(sides.prod())
    if shared >= _WITHIN * _area(found):
        spans = own[0] < width / 2 < own[2] and own[2] - own[0] >= _SPANS * width
        return Kind.ONE_OF_TWO if spans else Kind.PART
    if shared >= _WITHIN * _area(own):
        return Kind.TOO_LARGE
    on_left, own_left = ((box[0] + box[2]) / 2 < width / 2 for box in (found, own))
    return Kind.BESIDE if on_left == own_left else Kind.OTHER_SIDE


def _area(box: npt.NDArray[Any]) -> float:
    return float((box[2:] - box[:2]).prod())
