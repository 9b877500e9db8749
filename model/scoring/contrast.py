"""How far a map stands out within the reference boxes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from model.scoring.overlap import Boxes


def contrast_to_noise(values: npt.NDArray[Any], reference: Boxes, width: int, height: int) -> float:
    """|mean inside - mean outside| over the root of both variances' sum.

    Args:
        values: [h, w] a map over the image.
        reference: [N, 4] boxes in the image's own pixels.
        width: the image's, in pixels.
        height: the image's, in pixels.

    Returns:
        0 or more; NaN where no cell, or every cell, lies in a box, or the map is flat.
        Source: Boecking et al. 2022, "Making the most of text semantics", section 4.3.
    """
    rows, columns = values.shape
    x = (np.arange(columns) + 0.5) * width / columns
    y = (np.arange(rows) + 0.5) * height / rows
    inside = np.zeros(values.shape, dtype=np.bool_)
    for left, upper, right, lower in reference:
        inside |= ((y >= upper) & (y < lower))[:, None] & ((x >= left) & (x < right))[None, :]
    if inside.all() or not inside.any():
        return np.nan
    within, without = values[inside].astype(float), values[~inside].astype(float)
    noise = within.var() + without.var()
    return float(abs(within.mean() - without.mean()) / np.sqrt(noise)) if noise > 0 else np.nan
