"""Which predicted box is taken for which reference box."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.scoring.overlap import Overlaps


@dataclass(frozen=True, slots=True)
class Matching:
    """The outcome for one image at one threshold.

    Attributes:
        of_prediction: [N] the reference box that each predicted one is taken for; -1 for none.
        of_reference: [M] the predicted box that each reference one is found by; -1 for none.
    """

    of_prediction: npt.NDArray[np.int64]
    of_reference: npt.NDArray[np.int64]

    @property
    def true_positives(self) -> int:
        """Predicted boxes that found something."""
        return int((self.of_prediction >= 0).sum())

    @property
    def false_positives(self) -> int:
        """Predicted boxes that found nothing, or what another had found."""
        return len(self.of_prediction) - self.true_positives

    @property
    def false_negatives(self) -> int:
        """Reference boxes that nothing found."""
        return int((self.of_reference < 0).sum())


def match(overlaps: Overlaps, scores: npt.NDArray[np.float64], threshold: float) -> Matching:
    """Match greedily: the most certain prediction first takes the free box it overlaps most.

    Args:
        overlaps: [N, M] of predicted with reference boxes, by whichever measure.
        scores: [N] certainty of the predictions; of equal ones the first comes first.
        threshold: least overlap that counts.

    Raises:
        ValueError: there is not one score for each prediction.
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
