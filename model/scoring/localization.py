"""An image's predicted and reference boxes, and its score in the RSNA challenge."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from model.scoring.matching import match
from model.scoring.overlap import Boxes, iou

Measure = Literal["iou", "iobb"]
#: Thresholds of the RSNA Pneumonia Detection Challenge 2018.
RSNA_THRESHOLDS: Final = tuple(round(0.4 + 0.05 * step, 2) for step in range(8))


@dataclass(frozen=True, slots=True)
class ImageBoxes:
    """One image's boxes.

    Attributes:
        image_id: the image.
        subject_id: its patient; images of one patient are drawn together by the bootstrap.
        predicted: [N, 4].
        scores: [N] certainty of each.
        reference: [M, 4].
    """

    image_id: str
    subject_id: str
    predicted: Boxes
    scores: npt.NDArray[np.float64]
    reference: Boxes


def rsna_of(image: ImageBoxes) -> float:
    """Mean over IoU 0.40 to 0.75 of TP / (TP + FP + FN).

    An image without reference boxes scores 0 if anything is predicted on it, and NaN, to be left
    out, otherwise. Source: evaluation of the RSNA Pneumonia Detection Challenge 2018.
    """
    if not len(image.reference) and not len(image.scores):
        return np.nan
    overlaps = iou(image.predicted, image.reference)
    precisions = []
    for threshold in RSNA_THRESHOLDS:
        matching = match(overlaps, image.scores, threshold)
        total = len(image.scores) + matching.false_negatives
        precisions.append(matching.true_positives / total)
    return float(np.mean(precisions))
