"""Scores of a ranking, for all draws at once: AUROC, average precision, and ranks themselves.

A draw only says how often each image counts, so that each score is a few products of matrices:
draws times what is above or below what. No draw is ranked anew.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from model.scoring.bootstrap import Drawn, Draws


def auroc(scores: npt.NDArray[Any], truth: npt.NDArray[np.bool_], draws: Draws) -> Drawn:
    """[D + 1] area under the ROC curve; NaN where all that count are of one class.

    The chance that one that is true scores higher than one that is not, ties counting half.

    Args:
        scores: [N] the higher, the likelier.
        truth: [N].
        draws: [D + 1, N] how often each counts.
    """
    high, low = scores[truth], scores[~truth]
    true, false = draws[:, truth], draws[:, ~truth]
    beats = (low[:, None] < high) + (low[:, None] == high) / 2
    won = (true * (false @ beats)).sum(axis=1)
    pairs = true.sum(axis=1) * false.sum(axis=1)
    return np.divide(won, pairs, out=np.full(len(draws), np.nan), where=pairs > 0)


def average_precision_of(
    scores: npt.NDArray[Any],
    truth: npt.NDArray[np.bool_],
    draws: Draws,
    wanted: npt.NDArray[np.float64] | None = None,
    of_image: npt.NDArray[np.int64] | None = None,
) -> Drawn:
    """[D + 1] average precision; NaN where nothing is wanted.

    Args:
        scores: [N] the higher, the likelier.
        truth: [N].
        draws: [D + 1, I] how often each image counts.
        wanted: [D + 1] how many there are to find; None takes those that are true.
        of_image: [N] the image of each score; None where each is an image of its own.
    """
    images = np.arange(len(scores)) if of_image is None else of_image
    order = np.argsort(-scores, kind="stable")
    ranked, images, hits = -scores[order], images[order], np.flatnonzero(truth[order])
    # Equal scores stand or fall together: what is found with a hit reaches to the end of its run.
    ends = np.searchsorted(ranked, ranked[hits], side="right")
    counts = draws[:, images[hits]]
    found = counts @ (hits[:, None] < ends)
    taken = draws @ _counts_before(images, ends, draws.shape[1])
    precision = np.divide(found, taken, out=np.zeros_like(found), where=taken > 0)
    total = counts.sum(axis=1) if wanted is None else wanted
    gained = (counts * precision).sum(axis=1)
    return np.divide(gained, total, out=np.full(len(draws), np.nan), where=total > 0)


def ranks_of(values: npt.NDArray[Any], draws: Draws) -> npt.NDArray[np.float64]:
    """[D + 1, N] rank of each value among those that count, from 1; equal ones share the mean.

    Args:
        values: [N].
        draws: [D + 1, N] how often each counts.
    """
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    first = np.searchsorted(ranked, ranked, side="left")
    last = np.searchsorted(ranked, ranked, side="right")
    below = np.zeros((len(draws), len(values) + 1))
    np.cumsum(draws[:, order], axis=1, out=below[:, 1:])
    ranks = np.empty((len(draws), len(values)))
    ranks[:, order] = (below[:, first] + below[:, last] + 1) / 2
    return ranks


def _counts_before(
    images: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], count: int
) -> npt.NDArray[np.float64]:
    """[I, H] how many of the first `ends` [H] of ranked things belong to each of `count` images."""
    starts = np.concatenate([[0], ends])
    added = np.zeros((count, len(ends)))
    column = np.repeat(np.arange(len(ends)), np.diff(starts))
    np.add.at(added, (images[: len(column)], column), 1)
    counts: npt.NDArray[np.float64] = np.cumsum(added, axis=1)
    return counts
