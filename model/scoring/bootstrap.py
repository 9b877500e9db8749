"""Intervals by drawing patients, so that several images of one patient are no new evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Interval:
    """A score with its percentile interval; NaN where it is not defined."""

    value: float
    low: float
    high: float


def bootstrap(
    items: Sequence[_Item],
    subject_of: Callable[[_Item], str],
    score: Callable[[Sequence[_Item]], float],
    *,
    draws: int = 1_000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """A score of all items, and its interval over patients drawn with replacement.

    Args:
        items: what is scored, such as images.
        subject_of: an item's patient.
        score: of any number of items; may be NaN, and such draws are passed over.
        draws: how many times patients are drawn.
        level: share of the draws that lie within.
        seed: of the draws.

    Raises:
        ValueError: there is no draw, or the level is no share.
    """
    if draws < 1 or not 0 < level < 1:
        raise ValueError(f"{draws} draws at level {level}; expected 1 or more, and 0 < level < 1")
    of_subject: dict[str, list[_Item]] = {}
    for item in items:
        of_subject.setdefault(subject_of(item), []).append(item)
    subjects = list(of_subject)
    if not subjects:
        return Interval(np.nan, np.nan, np.nan)
    rng = np.random.default_rng(seed)
    drawn = [
        score([item for index in chosen for item in of_subject[subjects[index]]])
        for chosen in rng.integers(len(subjects), size=(draws, len(subjects)))
    ]
    known = np.array([value for value in drawn if not np.isnan(value)])
    if not len(known):
        return Interval(score(items), np.nan, np.nan)
    tail = (1 - level) / 2
    low, high = np.quantile(known, (tail, 1 - tail))
    return Interval(score(items), float(low), float(high))
