"""All predicted boxes of all images in one ranking, each a hit or not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.scoring.bootstrap import Drawn, Draws
from model.scoring.localization import ImageBoxes
from model.scoring.matching import match
from model.scoring.overlap import Overlaps
from model.scoring.ranking import average_precision_of


@dataclass(frozen=True, slots=True)
class RankedBoxes:
    """Predicted boxes of I images.

    Attributes:
        scores: [N] certainty of each box.
        hits: [N] whether it matches a reference box; a duplicate of a matched box does not.
        of_image: [N] index of its image, from 0.
        wanted: [I] number of reference boxes of each image.
    """

    scores: npt.NDArray[np.float64]
    hits: npt.NDArray[np.bool_]
    of_image: npt.NDArray[np.int64]
    wanted: npt.NDArray[np.float64]


def rank_boxes(
    images: Sequence[ImageBoxes], overlaps: Sequence[Overlaps], threshold: float
) -> RankedBoxes:
    """Match each image's boxes by their scores, and put the boxes of all images together.

    Args:
        images: I images.
        overlaps: of each image, [N, M] of its predicted with its reference boxes.
        threshold: least overlap of a hit.
    """
    hits, of_image = [np.zeros(0, dtype=np.bool_)], [np.zeros(0, dtype=np.int64)]
    for row, (image, own) in enumerate(zip(images, overlaps, strict=True)):
        hits.append(match(own, image.scores, threshold).of_prediction >= 0)
        of_image.append(np.full(len(image.scores), row))
    return RankedBoxes(
        np.concatenate([np.zeros(0), *(image.scores for image in images)]),
        np.concatenate(hits),
        np.concatenate(of_image),
        np.array([float(len(image.reference)) for image in images]),
    )


def average_precision_of_boxes(ranked: RankedBoxes, draws: Draws) -> Drawn:
    """[D + 1] average precision of all boxes; NaN where there is no reference box.

    Args:
        ranked: of I images.
        draws: [D + 1, I] weights of the images.
    """
    wanted = draws @ ranked.wanted
    if not len(ranked.scores):
        return np.where(wanted > 0, 0.0, np.nan)
    return average_precision_of(ranked.scores, ranked.hits, draws, wanted, ranked.of_image)
