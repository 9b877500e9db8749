"""Scores of a ranking, for all draws at once: AUROC, average precision, and ranks themselves.

A draw only says how often each image counts, so that all draws share one order: no draw is ranked
anew.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from model.scoring.bootstrap import Drawn, Draws


def auroc(scores: npt.NDArray[Any], truth: npt.NDArray[np.bool_], draws: Draws) -> Drawn:
    """[D + 1] area under the ROC curve; NaN where all that count are of one class.

    The chance that one that is true scores higher than one that is not, ties counting half.

    Args:
        scores: [N] the higher, the likelier.
        truth: [N].
        draws: [D + 1, N] how often each counts.
    """
    true = draws[:, truth]
    trues, falses = true.sum(axis=1), draws[:, ~truth].sum(axis=1)
    # Of the ranks' sum, what is left beside those among each other (Mann and Whitney 1947).
    won = (true * ranks_of(scores, draws)[:, truth]).sum(axis=1) - trues * (trues + 1) / 2
    pairs = trues * falses
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
    found = np.cumsum(counts, axis=1)[:, np.searchsorted(hits, ends) - 1]
    taken = _taken_before(images, ends, draws)
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


def _taken_before(
    images: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], draws: Draws
) -> npt.NDArray[np.float64]:
    """[D + 1, H] how many of the first `ends` [H] of ranked things count, by their images [N]."""
    run = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
    of_run = (run, images[: len(run)])
    # A row for each run of things from one end to the next: as many numbers as there are things.
    runs = csr_matrix((np.ones(len(run)), of_run), shape=(len(ends), draws.shape[1]))
    taken: npt.NDArray[np.float64] = np.cumsum(runs @ draws.T, axis=0).T
    return taken
