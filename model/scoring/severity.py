"""Agreement of a severity score with its reference."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from model.scoring.bootstrap import Drawn, Draws, mean
from model.scoring.ranking import ranks_of

#: Fewer images give a correlation that says nothing.
_MIN_IMAGES: Final = 3


def severity_scores(
    predicted: npt.NDArray[Any], reference: npt.NDArray[Any], draws: Draws
) -> dict[str, Drawn]:
    """MAE, R², Pearson's and Spearman's correlation, each [D + 1].

    Args:
        predicted: [N].
        reference: [N].
        draws: [D + 1, N] how often each image counts.
    """
    return {
        "mae": mean(np.abs(predicted - reference), draws),
        "r2": _r2(predicted, reference, draws),
        "pearson": _correlation(predicted, reference, draws),
        "spearman": spearman(predicted, reference, draws),
    }


def _r2(predicted: npt.NDArray[Any], reference: npt.NDArray[Any], draws: Draws) -> Drawn:
    average = mean(reference, draws)
    residual = draws @ (predicted - reference) ** 2
    total = draws @ reference**2 - draws.sum(axis=1) * average**2
    unexplained: Drawn = np.divide(
        residual, total, out=np.full(len(draws), np.nan), where=total > 1e-12
    )
    return np.subtract(1.0, unexplained)


def _correlation(first: npt.NDArray[Any], second: npt.NDArray[Any], draws: Draws) -> Drawn:
    """Pearson's correlation of [N] values, or of [D + 1, N] that differ from draw to draw."""
    # A draw that none of them is in has sums of 0, and so no correlation.
    count = np.maximum(draws.sum(axis=1), 1)
    one, other = ((draws * values).sum(axis=1) / count for values in (first, second))
    from_one, from_other = first - one[:, None], second - other[:, None]
    together = (draws * from_one * from_other).sum(axis=1)
    variances = (draws * from_one**2).sum(axis=1) * (draws * from_other**2).sum(axis=1)
    root = np.sqrt(variances) / count
    return np.divide(together / count, root, out=np.full(len(draws), np.nan), where=root > 1e-9)


def spearman(predicted: npt.NDArray[Any], reference: npt.NDArray[Any], draws: Draws) -> Drawn:
    """[D + 1] Spearman's correlation of [N] values; NaN with fewer than three images.

    Args:
        predicted: [N].
        reference: [N].
        draws: [D + 1, N] how often each image counts.
    """
    found = _correlation(ranks_of(predicted, draws), ranks_of(reference, draws), draws)
    found[draws.sum(axis=1) < _MIN_IMAGES] = np.nan
    return found
