"""Overlaps of boxes."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

#: [N, 4] boxes as left, upper, right and lower edge, in pixels; right and lower lie behind the box.
Boxes: TypeAlias = npt.NDArray[np.float64]
Overlaps: TypeAlias = npt.NDArray[np.float64]


def corners(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Edges of a box as the tables of boxes give it."""
    return x, y, x + width, y + height


def as_boxes(boxes: npt.ArrayLike) -> Boxes:
    """[N, 4] of any sequence of boxes; none give [0, 4].

    Raises:
        ValueError: a box has not four edges, or a right or lower edge before the left or upper.
    """
    found = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    if np.any(found[:, 2:] < found[:, :2]):
        wrong = int(np.flatnonzero((found[:, 2:] < found[:, :2]).any(axis=1))[0])
        raise ValueError(f"box {wrong} ends before it begins: {found[wrong].tolist()}")
    return found


def areas(boxes: Boxes) -> Overlaps:
    """[N] area of each box, in pixels squared."""
    sides = boxes[:, 2:] - boxes[:, :2]
    area: Overlaps = sides[:, 0] * sides[:, 1]
    return area


def intersections(first: Boxes, second: Boxes) -> Overlaps:
    """[N, M] area that each of `first` shares with each of `second`, in pixels squared."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    shared: Overlaps = sides[..., 0] * sides[..., 1]
    return shared


def iou(predicted: Boxes, reference: Boxes) -> Overlaps:
    """[N, M] intersection over union, 0 to 1; 0 where both boxes are empty."""
    shared = intersections(predicted, reference)
    union = areas(predicted)[:, None] + areas(reference)[None, :] - shared
    return _ratio(shared, union)


def iobb(predicted: Boxes, reference: Boxes) -> Overlaps:
    """[N, M] intersection over the predicted box, 0 to 1; rewards small boxes.

    Source: Wang et al. 2017, "ChestX-ray8", section 4.2.
    """
    shared = intersections(predicted, reference)
    return _ratio(shared, np.broadcast_to(areas(predicted)[:, None], shared.shape))


def dice(predicted: Boxes, reference: Boxes, height: int, width: int) -> float:
    """Dice coefficient of the pixels under any predicted and any reference box.

    Args:
        predicted: [N, 4].
        reference: [M, 4].
        height: the image's, in pixels.
        width: the image's, in pixels.

    Returns:
        0 to 1; 1 where neither covers a pixel.
    """
    first, second = (_covered(boxes, height, width) for boxes in (predicted, reference))
    total = int(first.sum() + second.sum())
    return 2 * int((first & second).sum()) / total if total else 1.0


def _covered(boxes: Boxes, height: int, width: int) -> npt.NDArray[np.bool_]:
    covered = np.zeros((height, width), dtype=np.bool_)
    for left, upper, right, lower in np.rint(boxes).astype(int):
        covered[max(upper, 0) : max(lower, 0), max(left, 0) : max(right, 0)] = True
    return covered


def _ratio(part: Overlaps, total: Overlaps) -> Overlaps:
    return np.divide(part, total, out=np.zeros_like(part), where=total > 0)
