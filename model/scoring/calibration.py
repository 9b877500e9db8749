"""One score threshold for a method, chosen where boxes are known and by one rule for all."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from model.scoring.localization import ImageBoxes
from model.scoring.matching import match
from model.scoring.overlap import iou

#: IoU at which a box counts as found when the threshold is chosen.
OVERLAP: Final = 0.3
#: False positives an image that a method may have, on average: a method whose scores mean nothing
#: would otherwise find most by showing all that it has.
MAX_FALSE_POSITIVES: Final = 1.0


def best_threshold(images: Sequence[ImageBoxes]) -> tuple[float, float]:
    """The score from which on boxes have the highest F1 at IoU 0.3, and that F1.

    Only scores that leave at most one false positive an image come into question, so that methods
    are compared where each is of use.

    Matching takes the most certain box first, so that the boxes above any threshold match as
    they do among all: one pass gives every threshold's F1.

    Args:
        images: of the split with boxes that the threshold is chosen on.

    Returns:
        The threshold and the F1. Without predictions 0 and 0; without reference boxes, or where
        the best score of all leaves too many wrong, a threshold above every score.
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
    wanted = sum(len(image.reference) for image in images)
    if not len(scores):
        return 0.0, 0.0
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(hits[order])
    shown = np.arange(1, len(found) + 1)
    f1 = 2 * found / (shown + wanted)
    # Equal scores stand or fall together.
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    ends = ends[(shown - found)[ends] <= MAX_FALSE_POSITIVES * len(images)]
    if not wanted or not len(ends):
        return float(np.nextafter(scores.max(), np.inf)), 0.0
    best = ends[int(f1[ends].argmax())]
    return float(scores[order][best]), float(f1[best])


def above_threshold(images: Sequence[ImageBoxes], threshold: float) -> list[ImageBoxes]:
    """The images with those of their predicted boxes that reach a score."""
    kept = [image.scores >= threshold for image in images]
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
