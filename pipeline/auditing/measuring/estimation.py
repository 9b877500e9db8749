"""A ratio over all reports, estimated from a stratified sample of them, with its interval."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Design:
    """How the reviewed reports stand for all.

    Attributes:
        stratum: (reports,) number of each reviewed report's stratum, from 0.
        sizes: (strata,) reports of each stratum in all tables.
    """

    stratum: Integers
    sizes: Floats

    @property
    def reviewed(self) -> Floats:
        """(strata,) reports reviewed of each stratum."""
        return np.bincount(self.stratum, minlength=len(self.sizes)).astype(np.float64)

    @property
    def weights(self) -> Floats:
        """(reports,) how many reports each stands for."""
        return np.asarray((self.sizes / np.maximum(self.reviewed, 1))[self.stratum])


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio from 0 to 1 and its 95% interval."""

    value: float
    low: float
    high: float


def estimate_ratio(counted: Floats, of: Floats, design: Design) -> Estimate | None:
    """Estimate the sum of `counted` over the sum of `of` in all reports.

    The combined ratio estimator with the variance of its linearization, mentions of a report
    being drawn together (Cochran 1977, 6.11 and 10.1), finite strata corrected for. The interval
    is Clopper and Pearson's at the effective sample size (Korn and Graubard 1998), which holds
    near 0 and 1, where symmetric intervals do not.

    Args:
        counted: (reports,) mentions of the wanted kind, such as those that are right.
        of: (reports,) mentions they are counted among.
        design: how the reports were drawn.

    Returns:
        The estimate; None where there is no mention to count among.
    """
    weights = design.weights
    total = float(weights @ of)
    if total == 0:
        return None
    ratio = float(weights @ counted) / total
    variance = _variance((counted - ratio * of) / total, design)
    if np.all(design.reviewed >= design.sizes):
        return Estimate(ratio, ratio, ratio)
    effective = _effective_size(ratio, variance, of, design)
    low, high = _clopper_pearson(ratio * effective, effective)
    return Estimate(ratio, low, high)


def _variance(residuals: Floats, design: Design) -> float:
    """Variance of the sum of residuals, each weighed, over draws from the strata."""
    variance = 0.0
    for number, size in enumerate(design.sizes):
        drawn = residuals[design.stratum == number]
        if not len(drawn):
            continue
        # A single report shows no spread within its stratum: its distance from all of them serves.
        spread = float(drawn.var(ddof=1)) if len(drawn) > 1 else float(drawn[0] ** 2)
        variance += float(size) ** 2 * (1 - len(drawn) / float(size)) * spread / len(drawn)
    return variance


def _effective_size(ratio: float, variance: float, of: Floats, design: Design) -> float:
    """Mentions of a simple random sample that would tell as much as this one."""
    weights = design.weights
    mentions = float(of.sum())
    kish = float(weights @ of) ** 2 / float(weights**2 @ of)
    effective = min(ratio * (1 - ratio) / variance, mentions) if variance > 0 else kish
    strata = len(np.unique(design.stratum))
    freedom = max(len(of) - strata, 1)
    tail = (1 + _CONFIDENCE) / 2
    few = stats.t.ppf(tail, max(mentions - 1, 1)) / stats.t.ppf(tail, freedom)
    return max(effective * min(float(few) ** 2, 1.0), 1.0)


def _clopper_pearson(successes: float, trials: float) -> tuple[float, float]:
    tail = (1 - _CONFIDENCE) / 2
    low = float(stats.beta.ppf(tail, successes, trials - successes + 1)) if successes > 0 else 0.0
    high = (
        float(stats.beta.ppf(1 - tail, successes + 1, trials - successes))
        if successes < trials
        else 1.0
    )
    return low, high
