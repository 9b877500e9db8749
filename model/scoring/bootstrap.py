"""Bootstrap intervals that resample patients, so that images of one patient stay together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

#: [D + 1, I] weight of each image: 1 in the first row, then its count in each of D resamples.
Draws: TypeAlias = npt.NDArray[np.float64]
#: [D + 1] a score of each row of `Draws`.
Drawn: TypeAlias = npt.NDArray[np.float64]
_LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A score with its percentile interval; NaN where it is not defined."""

    value: float
    low: float
    high: float


def draw_patients(subjects: Sequence[str], draws: int = 1_000, seed: int = 0) -> Draws:
    """Weights of images when patients are drawn with replacement.

    Equal subjects and seed give equal draws, so that two methods can be compared draw by draw.

    Args:
        subjects: [I] the patient of each image.
        draws: D, how many times patients are drawn.
        seed: of the draws.

    Raises:
        ValueError: there is no draw.
    """
    if draws < 1:
        raise ValueError(f"{draws} draws; expected 1 or more")
    patients, of_image = np.unique(np.asarray(subjects, dtype=object), return_inverse=True)
    rng = np.random.default_rng(seed)
    count = len(patients)
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=draws) if count else None
    weights = np.ones((draws + 1, len(subjects)))
    if drawn is not None:
        weights[1:] = drawn[:, of_image]
    return weights


def ratio(numerators: npt.ArrayLike, denominators: npt.ArrayLike, draws: Draws) -> Drawn:
    """[D + 1] weighted sum of numerators over that of denominators; NaN where the latter is 0.

    Args:
        numerators: [I] of each image.
        denominators: [I] of each image; ones give a mean.
        draws: [D + 1, I] weights of the images.
    """
    numerator = draws @ np.asarray(numerators, dtype=np.float64)
    denominator = draws @ np.asarray(denominators, dtype=np.float64)
    undefined = np.full(len(draws), np.nan)
    return np.divide(numerator, denominator, out=undefined, where=denominator > 0)


def mean(values: npt.ArrayLike, draws: Draws) -> Drawn:
    """[D + 1] mean over the images whose value is not NaN."""
    given = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(given)
    return ratio(np.where(known, given, 0.0), known, draws)


def interval(drawn: Drawn) -> Interval:
    """The score of all images and the 95% percentile interval of the draws that have one."""
    known = drawn[1:][~np.isnan(drawn[1:])]
    if np.isnan(drawn[0]) or not len(known):
        return Interval(float(drawn[0]), np.nan, np.nan)
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(known, (tail, 1 - tail))
    return Interval(float(drawn[0]), float(low), float(high))


def rows_of_draws(draws: Draws, images: npt.NDArray[Any]) -> Draws:
    """[D + 1, N] weights of N items, each of which belongs to one of the images [N]."""
    found: Draws = draws[:, images]
    return found
