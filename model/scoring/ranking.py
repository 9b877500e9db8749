"""Scores of a ranking, for all draws at once: AUROC, average precision, and ranks themselves.

A draw only weights the images, so all draws share one order and one sort.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from model.scoring.bootstrap import Drawn, Draws


def auroc(scores: npt.NDArray[Any], truth: npt.NDArray[np.bool_], draws: Draws) -> Drawn:
    """[D + 1] area under the ROC curve; NaN where one class has no weight.

    It is the probability that a positive scores higher than a negative; ties count half.

    Args:
        scores: [N] higher is more likely positive.
        truth: [N].
        draws: [D + 1, N] weights.
    """
    true = draws[:, truth]
    trues, falses = true.sum(axis=1), draws[:, ~truth].sum(axis=1)
    # The positives' rank sum less that of the positives among themselves (Mann and Whitney 1947).
    won = (true * ranks_of(scores, draws)[:, truth]).sum(axis=1) - trues * (trues + 1) / 2
    pairs = trues * falses
    return np.divide(won, pairs, out=np.full(len(draws), np.nan), where=pairs > 0)


def average_precision_of(
    scores: npt.NDArray[Any],
    truth: npt.NDArray[np.bool_],
    draws: Draws,
    total: npt.NDArray[np.float64] | None = None,
    of_image: npt.NDArray[np.int64] | None = None,
) -> Drawn:
    """[D + 1] average precision; NaN where there is no positive.

    Args:
        scores: [N] higher is more likely positive.
        truth: [N].
        draws: [D + 1, I] weights of the images.
        total: [D + 1] number of positives, missed ones included; None counts those in `truth`.
        of_image: [N] the image of each score; None where each is an image of its own.
    """
    images = np.arange(len(scores)) if of_image is None else of_image
    order = np.argsort(-scores, kind="stable")
    ranked, images, hits = -scores[order], images[order], np.flatnonzero(truth[order])
    # Equal scores count together: a hit's precision is that at the end of its run of equal scores.
    ends = np.searchsorted(ranked, ranked[hits], side="right")
    counts = draws[:, images[hits]]
    found = np.cumsum(counts, axis=1)[:, np.searchsorted(hits, ends) - 1]
    taken = weight_before(images, ends, draws)
    precision = np.divide(found, taken, out=np.zeros_like(found), where=taken > 0)
    positives = counts.sum(axis=1) if total is None else total
    gained = (counts * precision).sum(axis=1)
    undefined = np.full(len(draws), np.nan)
    return np.divide(gained, positives, out=undefined, where=positives > 0)


def ranks_of(values: npt.NDArray[Any], draws: Draws) -> npt.NDArray[np.float64]:
    """[D + 1, N] weighted rank of each value, from 1; equal values share their mean rank.

    Args:
        values: [N].
        draws: [D + 1, N] weights.
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


def weight_before(
    images: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], draws: Draws
) -> npt.NDArray[np.float64]:
    """[D + 1, H] total weight of the items before each of H places in a ranking.

    Args:
        images: [N] the image of each item, in the ranking's order.
        ends: [H] the places, rising; an item at a place is not before it.
        draws: [D + 1, I] weights of the images.
    """
    run = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
    of_run = (run, images[: len(run)])
    # A row for each run of items from one end to the next, so N entries in all.
    runs = csr_matrix((np.ones(len(run)), of_run), shape=(len(ends), draws.shape[1]))
    taken: npt.NDArray[np.float64] = np.cumsum(runs @ draws.T, axis=0).T
    return taken
