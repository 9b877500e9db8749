"""Agreement of a severity score with its reference."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import stats

from model.scoring.bootstrap import Drawn, Draws, mean

#: Fewer images give a correlation that says nothing.
_FEWEST: Final = 3


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
        "spearman": _spearman(predicted, reference, draws),
    }


def _r2(predicted: npt.NDArray[Any], reference: npt.NDArray[Any], draws: Draws) -> Drawn:
    middle = mean(reference, draws)
    left = draws @ (predicted - reference) ** 2
    total = draws @ reference**2 - draws.sum(axis=1) * middle**2
    unexplained: Drawn = np.divide(
        left, total, out=np.full(len(draws), np.nan), where=total > 1e-12
    )
    return np.subtract(1.0, unexplained)


def _correlation(first: npt.NDArray[Any], second: npt.NDArray[Any], draws: Draws) -> Drawn:
    one, other = mean(first, draws), mean(second, draws)
    together = mean(first * second, draws) - one * other
    spread = (mean(first**2, draws) - one**2) * (mean(second**2, draws) - other**2)
    root = np.sqrt(np.clip(spread, 0, None))
    return np.divide(together, root, out=np.full(len(draws), np.nan), where=root > 1e-9)


def _spearman(predicted: npt.NDArray[Any], reference: npt.NDArray[Any], draws: Draws) -> Drawn:
    found = np.full(len(draws), np.nan)
    for row, counts in enumerate(draws.astype(np.int64)):
        first, second = np.repeat(predicted, counts), np.repeat(reference, counts)
        if len(first) >= _FEWEST and np.ptp(first) and np.ptp(second):
            found[row] = np.corrcoef(stats.rankdata(first), stats.rankdata(second))[0, 1]
    return found
