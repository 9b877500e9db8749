"""Boxes and maps as an evidence map of 32 by 32 cells over an image of any size."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from data_contracts.predictions import MAP_SIDE
from model.scoring.overlap import Boxes
from model.tensors.square import Placement

#: [32, 32] float32, 0 to 1; each cell lies over an equal share of the image.
Evidence: TypeAlias = npt.NDArray[np.float32]


def evidence_of_boxes(boxes: Boxes, scores: npt.NDArray[Any], width: int, height: int) -> Evidence:
    """The highest score of the boxes that a cell's centre lies in; 0 outside of all.

    Args:
        boxes: [N, 4] in the image's own pixels.
        scores: [N] 0 to 1.
        width: the image's, in pixels.
        height: the image's, in pixels.
    """
    centres = (np.arange(MAP_SIDE) + 0.5) / MAP_SIDE
    x, y = centres * width, centres * height
    evidence = np.zeros((MAP_SIDE, MAP_SIDE), dtype=np.float32)
    for (left, upper, right, lower), score in zip(boxes, scores, strict=True):
        within = ((y >= upper) & (y < lower))[:, None] & ((x >= left) & (x < right))[None, :]
        evidence[within] = np.maximum(evidence[within], score)
    return evidence


def evidence_of_map(values: npt.NDArray[Any], where: Placement, size: int) -> Evidence:
    """A map over the square, brought to the image within it.

    Args:
        values: [h, w] over the whole square, 0 to 1.
        where: position of the image in the square.
        size: S, pixels of the square's side.
    """
    shown = where.to_square(np.array([[0.0, 0.0, where.width, where.height]]))[0]
    cells = shown * np.array([values.shape[1], values.shape[0]] * 2) / size
    picture = Image.fromarray(np.asarray(values, dtype=np.float32))
    left, upper, right, lower = cells.tolist()
    small = picture.resize(
        (MAP_SIDE, MAP_SIDE), Image.Resampling.BILINEAR, box=(left, upper, right, lower)
    )
    return np.clip(np.asarray(small, dtype=np.float32), 0, 1)


def peak_of(evidence: Evidence, width: int, height: int) -> tuple[float, float] | None:
    """Column and row, in the image's pixels, of the middle of the cells of the highest value."""
    if not evidence.max() > 0:
        return None
    rows, columns = np.nonzero(evidence == evidence.max())
    return (
        float((columns.mean() + 0.5) / MAP_SIDE * width),
        float((rows.mean() + 0.5) / MAP_SIDE * height),
    )
