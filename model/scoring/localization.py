"""Scores of localization over a set of images, as the field reports them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from model.scoring.matching import match
from model.scoring.overlap import Boxes, Overlaps, iobb, iou

Measure = Literal["iou", "iobb"]
_MEASURES: Final = {"iou": iou, "iobb": iobb}
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


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Localization at one threshold.

    Attributes:
        accuracy: share of reference boxes that a predicted one finds; NaN where there are none.
        false_positives: predicted boxes per image that find nothing; NaN where there is no image.
    """

    accuracy: float
    false_positives: float


def accuracy_at(images: Sequence[ImageBoxes], threshold: float, measure: Measure) -> Accuracy:
    """Accuracy and average false positives at a least overlap, over all images.

    Images without reference boxes count for the false positives alone.

    Source: Wang et al. 2017, "ChestX-ray8", section 4.2.
    """
    found, wanted, wrong = 0, 0, 0
    for image in images:
        matching = match(_overlaps(image, measure), image.scores, threshold)
        found += matching.true_positives
        wanted += len(image.reference)
        wrong += matching.false_positives
    return Accuracy(found / wanted if wanted else np.nan, wrong / len(images) if images else np.nan)


def pointing_game(images: Sequence[ImageBoxes], points: Sequence[tuple[float, float]]) -> float:
    """Share of images with reference boxes in which a point, such as the peak of a map, hits one.

    Args:
        images: those that are scored; without reference boxes they count for nothing.
        points: (x, y) for each image, in its own pixels.

    Returns:
        0 to 1; NaN where no image has a reference box. Source: Zhang et al. 2016, section 4.1.

    Raises:
        ValueError: there is not one point for each image.
    """
    hits = [
        bool(
            np.any(
                (image.reference[:, 0] <= x)
                & (x < image.reference[:, 2])
                & (image.reference[:, 1] <= y)
                & (y < image.reference[:, 3])
            )
        )
        for image, (x, y) in zip(images, points, strict=True)
        if len(image.reference)
    ]
    return float(np.mean(hits)) if hits else np.nan


def average_precision(images: Sequence[ImageBoxes], threshold: float) -> float:
    """Area under precision over recall of all predictions, most certain first, at an IoU.

    Precision is made monotone from the right, as PASCAL VOC does since 2010.

    Returns:
        0 to 1; NaN where no image has a reference box.
    """
    hits: list[npt.NDArray[np.bool_]] = []
    scores: list[npt.NDArray[np.float64]] = []
    wanted = 0
    for image in images:
        matching = match(_overlaps(image, "iou"), image.scores, threshold)
        hits.append(matching.of_prediction >= 0)
        scores.append(image.scores)
        wanted += len(image.reference)
    if not wanted:
        return np.nan
    order = np.argsort(-np.concatenate(scores), kind="stable")
    found = np.cumsum(np.concatenate(hits)[order])
    precision = found / np.arange(1, len(found) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    gained = np.diff(found / wanted, prepend=0.0)
    return float((best * gained).sum())


def rsna_score(images: Sequence[ImageBoxes]) -> float:
    """Mean over images of the mean over IoU 0.40 to 0.75 of TP / (TP + FP + FN).

    An image without reference boxes scores 0 if anything is predicted on it, and is left out
    otherwise. Source: evaluation of the RSNA Pneumonia Detection Challenge 2018.

    Returns:
        0 to 1; NaN where every image is left out.
    """
    per_image = [_rsna_of(image) for image in images if len(image.reference) or len(image.scores)]
    return float(np.mean(per_image)) if per_image else np.nan


def _rsna_of(image: ImageBoxes) -> float:
    overlaps = _overlaps(image, "iou")
    precisions = []
    for threshold in RSNA_THRESHOLDS:
        matching = match(overlaps, image.scores, threshold)
        total = len(image.scores) + matching.false_negatives
        precisions.append(matching.true_positives / total)
    return float(np.mean(precisions))


def _overlaps(image: ImageBoxes, measure: Measure) -> Overlaps:
    return _MEASURES[measure](image.predicted, image.reference)
