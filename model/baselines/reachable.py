"""Which boxes a map is fine enough for: its cells may be larger than the boxes looked for.

Maps are brought to the picture's pixels before they are cut, so that a box between the lines of the
cells can be met by luck; what a map tells of the place ends at its cells.
"""

from itertools import product

import numpy as np

from model.scoring.overlap import Boxes, Overlaps, iou
from model.tensors.cohorts import Cohort
from model.tensors.square import place_in_square


def best_of_cells(boxes: Boxes, cell: float) -> Overlaps:
    """[N] the highest IoU, 0 to 1, that a box of whole cells has with each box.

    It lies among those that have every edge on one of the two lines of the grid next to the box's:
    a line further out adds to the union alone, one further in takes off more of what is shared.

    Args:
        boxes: [N, 4] in pixels of the square that the map lies over.
        cell: pixels of a cell's side.
    """
    lines = np.floor(boxes / cell), np.ceil(boxes / cell)
    best = np.zeros(len(boxes))
    for choice in product((0, 1), repeat=4):
        snapped = np.column_stack([lines[side][:, edge] for edge, side in enumerate(choice)])
        snapped[:, 2:] = np.maximum(snapped[:, 2:], snapped[:, :2])
        best = np.maximum(best, np.diagonal(iou(snapped * cell, boxes)))
    return best


def reachable_share(cohort: Cohort, size: int, cells: int, least: float = 0.5) -> float | None:
    """The share of a cohort's reference boxes that some box of whole cells meets.

    Args:
        cohort: images with reference boxes.
        size: S, pixels of the square that networks see.
        cells: of a map, along the square's side.
        least: IoU that counts as met.

    Returns:
        0 to 1; None where there is no box.
    """
    best = [
        best_of_cells(
            place_in_square(image.width, image.height, size).to_square(cohort.reference(image)),
            size / cells,
        )
        for image in cohort.images
    ]
    found = np.concatenate([np.zeros(0), *best])
    return float((found >= least).mean()) if len(found) else None
