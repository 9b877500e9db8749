"""Chooses a method's score threshold, on images with boxes and by one rule for all methods."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from model.scoring.localization import ImageBoxes
from model.scoring.matching import match
from model.scoring.overlap import iou

#: IoU at which a box counts as found when the threshold is chosen.
OVERLAP: Final = 0.3
#: Maximum of false positives an image, on average. Without it, a method whose scores mean nothing
#: would do best by showing all of its boxes.
MAX_FALSE_POSITIVES: Final = 1.0


def best_threshold(images: Sequence[ImageBoxes]) -> tuple[float, float]:
    """The score threshold with the highest F1 at IoU 0.3, and that F1.

    Only thresholds with at most one false positive an image are candidates.

    Matching goes by score, so the boxes above a threshold match as they do among all boxes, and
    one pass gives the F1 of every threshold.

    Args:
        images: of the validation split with boxes.

    Returns:
        The threshold and the F1, 0 to 1. Both are 0 without predictions. Without reference boxes,
        or where no threshold has few enough false positives, the threshold is above every score.
    """
    scores = np.concatenate([np.zeros(0), *(image.scores for image in images)])
    hits = np.concatenate(
        [
            np.zeros(0, dtype=np.bool_),
            *(
                match(iou(image.predicted, image.reference), image.scores, OVERLAP).of_prediction
                >= 0
                for image in images
            ),
        ]
    )
    references = sum(len(image.reference) for image in images)
    if not len(scores):
        return 0.0, 0.0
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(hits[order])
    shown = np.arange(1, len(found) + 1)
    f1 = 2 * found / (shown + references)
    # A threshold keeps all boxes of equal score, or none.
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    ends = ends[(shown - found)[ends] <= MAX_FALSE_POSITIVES * len(images)]
    if not references or not len(ends):
        return float(np.nextafter(scores.max(), np.inf)), 0.0
    best = ends[int(f1[ends].argmax())]
    return float(scores[order][best]), float(f1[best])


def above_threshold(images: Sequence[ImageBoxes], threshold: npt.ArrayLike) -> list[ImageBoxes]:
    """The images without the predicted boxes whose score is below a threshold.

    Args:
        images: I images.
        threshold: one for all images, or [I], each image's own.
    """
    least = np.broadcast_to(threshold, len(images))
    kept = [image.scores >= own for image, own in zip(images, least, strict=True)]
    return [
        ImageBoxes(
            image.image_id,
            image.subject_id,
            image.predicted[keep],
            image.scores[keep],
            image.reference,
        )
        for image, keep in zip(images, kept, strict=True)
    ]
