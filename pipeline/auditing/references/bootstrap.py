"""95% intervals of F1 by drawing reports anew (Efron and Tibshirani 1993, percentile)."""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline.auditing.references.reading import Decisions

#: (..., 3) true positives, false positives and false negatives.
Counts: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]

DRAWS: Final = 1_000
_LEVEL: Final = 0.95
_AT_ONCE: Final = 50


def count_reports(truth: Decisions, ours: Decisions) -> Counts:
    """(reports, concepts, 3) what each report adds to a label's counts; left-out cells nothing."""
    counted = ~(truth.ignored | ours.ignored)
    cells = (
        truth.positive & ours.positive,
        ~truth.positive & ours.positive,
        truth.positive & ~ours.positive,
    )
    return np.stack([cell & counted for cell in cells], axis=-1).astype(np.int64)


def draw_reports(counts: Counts, seed: int) -> Counts:
    """Sum counts over reports that are drawn with replacement, as many as there are.

    Reports with equal counts stand for each other, so that kinds of reports are drawn, each as
    likely as it is frequent: a matrix product, however many reports there are.

    Args:
        counts: (reports, labels, 3) counts of each report; at least one report.
        seed: the same seed gives the same draws.

    Returns:
        (draws, labels, 3) sums of each draw.
    """
    reports, *shape = counts.shape
    kinds, frequency = np.unique(counts.reshape(reports, -1), axis=0, return_counts=True)
    rng = np.random.default_rng(seed)
    drawn = [
        rng.multinomial(reports, frequency / reports, size=_AT_ONCE).astype(np.float64) @ kinds
        for _ in range(DRAWS // _AT_ONCE)
    ]
    sums: Counts = np.concatenate(drawn).astype(np.int64).reshape(DRAWS, *shape)
    return sums


def f1_of(counts: Counts) -> Floats:
    """(...) F1 of counts (..., 3); NaN where neither side has a positive."""
    hits, wrong, missed = (counts[..., i].astype(np.float64) for i in range(3))
    of = 2 * hits + wrong + missed
    return np.divide(2 * hits, of, out=np.full_like(of, np.nan), where=of > 0)


def interval(drawn: Floats) -> tuple[float | None, float | None]:
    """The 95% percentile interval of the draws that are defined; None twice where none is."""
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return None, None
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(known, (tail, 1 - tail))
    return float(low), float(high)
