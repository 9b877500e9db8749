"""From a map to boxes around what stands out of it."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from model.scoring.overlap import Boxes

Map = npt.NDArray[Any]


def boxes_of_map(values: Map, share: float, size: int) -> tuple[Boxes, npt.NDArray[np.float64]]:
    """Boxes around the connected parts of a map that reach a share of its maximum.

    Args:
        values: [h, w] over a square, 0 to 1; brought to its pixels before it is cut.
        share: of the maximum.
        size: S, pixels of the square's side.

    Returns:
        [N, 4] boxes in the square's pixels and [N] the highest value in each, the highest first.

    Source: Wang et al. 2017, "ChestX-ray8", section 4.2.
    """
    fine = ndimage.zoom(
        values, size / np.array(values.shape), order=1, grid_mode=True, mode="nearest"
    )
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
