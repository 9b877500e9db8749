"""Matches predicted boxes with reference boxes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.scoring.overlap import Overlaps


@dataclass(frozen=True, slots=True)
class Matching:
    """The outcome for one image at one threshold.

    Attributes:
        of_prediction: [N] index of the reference box that each predicted box matches; -1 for none.
        of_reference: [M] index of the predicted box that matches each reference box; -1 for none.
    """

    of_prediction: npt.NDArray[np.int64]
    of_reference: npt.NDArray[np.int64]

    @property
    def true_positives(self) -> int:
        """Number of predicted boxes with a match."""
        return int((self.of_prediction >= 0).sum())

    @property
    def false_positives(self) -> int:
        """Number of predicted boxes without a match, duplicates of a matched box included."""
        return len(self.of_prediction) - self.true_positives

    @property
    def false_negatives(self) -> int:
        """Number of reference boxes without a match."""
        return int((self.of_reference < 0).sum())


def match(overlaps: Overlaps, scores: npt.NDArray[np.float64], threshold: float) -> Matching:
    """Match greedily: in the order of their scores, predictions take the free box of most overlap.

    Args:
        overlaps: [N, M] IoU or IoBB of predicted with reference boxes, 0 to 1.
        scores: [N] of the predictions; of equal scores the first prediction comes first.
        threshold: minimum overlap of a match.

    Raises:
        ValueError: scores and predictions differ in number.
    """
    if len(scores) != len(overlaps):
        raise ValueError(f"{len(scores)} scores for {len(overlaps)} predicted boxes")
    of_prediction = np.full(len(overlaps), -1, dtype=np.int64)
    of_reference = np.full(overlaps.shape[1], -1, dtype=np.int64)
    # Most predictions reach no reference box at all.
    reaches = ((overlaps >= threshold) & (overlaps > 0)).any(axis=1)
    order = np.argsort(-scores, kind="stable") if reaches.any() else np.zeros(0, dtype=np.int64)
    for prediction in order[reaches[order]]:
        free = np.where(of_reference < 0, overlaps[prediction], -1.0)
        if free.max() >= threshold and free.max() > 0:
            reference = int(free.argmax())
            of_prediction[prediction], of_reference[reference] = reference, prediction
    return Matching(of_prediction, of_reference)
