"""Free-response ROC: the share of boxes found over the false positives that it costs.

Source: Bunch et al. 1977, "A free response approach to the measurement and characterization of
radiographic observer performance".
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from model.scoring.bootstrap import Drawn, Draws
from model.scoring.ranked_boxes import RankedBoxes
from model.scoring.ranking import weight_before

#: False positives an image at which sensitivity is read.
FALSE_POSITIVES: Final = (0.25, 0.5, 1.0, 2.0)

Points = npt.NDArray[np.float64]


class Curve(NamedTuple):
    """The corners of one curve a draw, [D + 1, K] each; they rise from 0 and 0.

    Attributes:
        false_positives: an image, on average.
        sensitivity: share of the reference boxes that are found; NaN where there are none.
    """

    false_positives: Points
    sensitivity: Points


def froc_curve(ranked: RankedBoxes, draws: Draws) -> Curve:
    """The curve that all thresholds make, the highest first; equal scores enter together.

    Args:
        ranked: all boxes of I images.
        draws: [D + 1, I] weights of the images.
    """
    order = np.argsort(-ranked.scores, kind="stable")
    scores, images = -ranked.scores[order], ranked.of_image[order]
    hits = np.flatnonzero(ranked.hits[order])
    # Without a hit the curve runs level, so its corners lie where a run of equal scores with a hit
    # begins and ends, and at the end of all.
    begins = np.searchsorted(scores, scores[hits], side="left")
    ends = np.searchsorted(scores, scores[hits], side="right")
    corners = np.unique(np.concatenate([[0], begins, ends, [len(scores)]])).astype(np.int64)
    taken = weight_before(images, corners, draws)
    found = np.zeros((len(draws), len(hits) + 1))
    np.cumsum(draws[:, images[hits]], axis=1, out=found[:, 1:])
    found = found[:, np.searchsorted(hits, corners)]
    return Curve(
        _over(taken - found, draws.sum(axis=1)[:, None]),
        _over(found, (draws @ ranked.wanted)[:, None]),
    )


def sensitivity_at(curve: Curve, false_positives: float) -> Drawn:
    """[D + 1] sensitivity at so many false positives an image; NaN without reference boxes.

    Between corners it is interpolated, and beyond the last it stays: whoever shows no more boxes
    finds no more.

    Args:
        curve: of one method.
        false_positives: an image; 0 or more.
    """
    # Corners above each other are several thresholds of equal cost, of which the last finds most.
    before = (curve.false_positives <= false_positives).sum(axis=1) - 1
    behind = np.minimum(before + 1, curve.sensitivity.shape[1] - 1)
    rows = np.arange(len(before))
    left, right = curve.false_positives[rows, before], curve.false_positives[rows, behind]
    low, high = curve.sensitivity[rows, before], curve.sensitivity[rows, behind]
    share = np.divide(
        false_positives - left, right - left, out=np.zeros(len(rows)), where=right > left
    )
    found: Drawn = low + share * (high - low)
    return found


def _over(part: npt.NDArray[Any], total: npt.NDArray[Any]) -> Points:
    undefined = np.full(part.shape, np.nan)
    return np.divide(part, total, out=undefined, where=np.broadcast_to(total > 0, part.shape))
