"""From a map to boxes around what stands out of it."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from model.scoring.overlap import Boxes

Map = npt.NDArray[Any]


def over_square(values: Map, size: int) -> Map:
    """[S, S] a map [h, w] over a square, brought to the square's pixels."""
    fine: Map = ndimage.zoom(
        values, size / np.array(values.shape), order=1, grid_mode=True, mode="nearest"
    )
    return fine


def boxes_of_map(fine: Map, share: float) -> tuple[Boxes, npt.NDArray[np.float64]]:
    """Boxes around the connected parts of a map that reach a share of its maximum.

    Args:
        fine: [S, S] as `over_square` gives it, 0 to 1.
        share: of the maximum.

    Returns:
        [N, 4] boxes in the square's pixels and [N] the highest value in each, the highest first.

    Source: Wang et al. 2017, "ChestX-ray8", section 4.2.
    """
    if not fine.max() > 0:
        return np.zeros((0, 4)), np.zeros(0)
    parts, count = ndimage.label(fine >= share * fine.max())
    scores = np.asarray(ndimage.maximum(fine, parts, range(1, count + 1)), dtype=np.float64)
    boxes = np.array(
        [
            (columns.start, rows.start, columns.stop, rows.stop)
            for rows, columns in ndimage.find_objects(parts)
        ],
        dtype=np.float64,
    )
    order = np.argsort(-scores, kind="stable")
    return boxes[order], scores[order]
