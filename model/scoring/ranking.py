"""Scores of a ranking, for all draws at once: AUROC and average precision."""

from typing import Any

import numpy as np
import numpy.typing as npt

from model.scoring.bootstrap import Drawn, Draws


def auroc(scores: npt.NDArray[Any], truth: npt.NDArray[np.bool_], weights: Draws) -> Drawn:
    """[D + 1] area under the ROC curve; NaN where all that count are of one class.

    The chance that one that is true scores higher than one that is not, ties counting half.

    Args:
        scores: [N] the higher, the likelier.
        truth: [N].
        weights: [D + 1, N] how often each counts.
    """
    order = np.argsort(scores, kind="stable")
    first, last = _ties(scores[order])
    true = weights[:, order] * truth[order]
    false = weights[:, order] * ~truth[order]
    below = np.concatenate([np.zeros((len(weights), 1)), np.cumsum(false, axis=1)], axis=1)
    beaten = (below[:, first] + below[:, last]) / 2
    pairs = true.sum(axis=1) * false.sum(axis=1)
    won = (true * beaten).sum(axis=1)
    return np.divide(won, pairs, out=np.full(len(weights), np.nan), where=pairs > 0)


def average_precision_of(
    scores: npt.NDArray[Any],
    truth: npt.NDArray[np.bool_],
    weights: Draws,
    wanted: npt.NDArray[np.float64] | None = None,
) -> Drawn:
    """[D + 1] average precision; NaN where nothing is wanted.

    Args:
        scores: [N] the higher, the likelier.
        truth: [N].
        weights: [D + 1, N] how often each counts.
        wanted: [D + 1] how many there are to find; None takes those that are true.
    """
    order = np.argsort(-scores, kind="stable")
    _, last = _ties(-scores[order])
    counted = weights[:, order]
    true = counted * truth[order]
    found, taken = np.cumsum(true, axis=1), np.cumsum(counted, axis=1)
    found, taken = found[:, last - 1], taken[:, last - 1]
    precision = np.divide(found, taken, out=np.zeros_like(found), where=taken > 0)
    total = true.sum(axis=1) if wanted is None else wanted
    gained = (true * precision).sum(axis=1)
    return np.divide(gained, total, out=np.full(len(weights), np.nan), where=total > 0)


def _ties(ranked: npt.NDArray[Any]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """[N] where each one's run of equal values begins, and the place behind its end."""
    first = np.searchsorted(ranked, ranked, side="left")
    last = np.searchsorted(ranked, ranked, side="right")
    return first.astype(np.int64), last.astype(np.int64)
