"""Of overlapping phrases the longest."""

import numpy as np
import numpy.typing as npt

from pipeline.extraction.batch.runs import IntArray, expand_runs


def keep_longest(start: IntArray, end: IntArray) -> npt.NDArray[np.bool_]:
    """Which spans stay when the longest take their tokens first, of equally long ones the leftmost.

    Equal spans stay or go together. What one span after the other would keep is found here for all
    texts at once: in each round every span stays that ranks first at all of its tokens, and those
    that share a token with it go.

    Args:
        start: [N] first token of each span.
        end: [N] the token behind its last.

    Returns:
        [N] true where a span stays.
    """
    kept = np.zeros(len(start), dtype=bool)
    if not len(start):
        return kept
    width = int(end.max()) + 1
    _, rank = np.unique((start - end) * width + start, return_inverse=True)
    left = np.arange(len(start))
    best = np.empty(width, dtype=np.int64)
    while len(left):
        token, row = expand_runs(start[left], end[left] - start[left])
        ranks = rank[left[row]]
        best[token] = len(start)
        np.minimum.at(best, token, ranks)
        beaten = np.bincount(row[best[token] < ranks], minlength=len(left)) > 0
        winners = left[~beaten]
        kept[winners] = True
        taken, _ = expand_runs(start[winners], end[winners] - start[winners])
        best[taken] = -1
        lost = np.bincount(row[best[token] < 0], minlength=len(left)) > 0
        left = left[~lost]
    return kept
