"""Chance that depends on a seed and a number alone, so that any study can be made by itself."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, Generic, TypeVar

import numpy as np

_BUFFER: Final = 128

T = TypeVar("T")


class Dice:
    """Draws from one stream of numbers; cheap enough for one per patient and one per report.

    Args:
        seed: the cohort's seed.
        stream: what is drawn, so that two uses never share numbers.
        number: which patient or study it is drawn for.
    """

    __slots__ = ("_drawn", "_generator", "_next")

    def __init__(self, seed: int, stream: int, number: int) -> None:
        self._generator = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence((seed, stream, number)))
        )
        self._drawn: list[float] = []
        self._next = _BUFFER

    def roll(self) -> float:
        """A number from 0 (included) to 1 (excluded)."""
        if self._next >= len(self._drawn):
            self._drawn = self._generator.random(_BUFFER).tolist()
            self._next = 0
        value = self._drawn[self._next]
        self._next += 1
        return value

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.roll() < probability

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`, each as likely as the others."""
        return options[int(self.roll() * len(options))]

    def between(self, low: float, high: float) -> float:
        """A number from `low` to `high`."""
        return low + (high - low) * self.roll()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.roll() * (high - low + 1))

    def weighted(self, options: "Weighted[T]") -> T:
        """One of the options, as likely as its weight says."""
        return options.options[bisect_right(options.reached, self.roll() * options.total)]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """The options in random order."""
        keys = [self.roll() for _ in options]
        return [option for _, option in sorted(zip(keys, options, strict=True), key=lambda p: p[0])]


class Weighted(Generic[T]):
    """Options with weights, added up once."""

    __slots__ = ("options", "reached", "total")

    def __init__(self, weights: dict[T, float]) -> None:
        self.options = tuple(weights)
        self.reached = tuple(accumulate(weights.values()))
        self.total = self.reached[-1]
