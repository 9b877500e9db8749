"""A cache in memory of the squares that the first epoch has decoded."""

import mmap
from typing import Any, Final

import numpy as np

from model.tensors.square import Square

#: Bytes that squares may take; a cohort that needs more is read from its files each time.
MAX_BYTES: Final = 2 * 1024**3


class SquareCache:
    """The squares of a cohort that have been read so far.

    Forked loader processes share the memory, so each sees what the others have read. Spawned ones
    keep a cache each.

    Args:
        count: N, images of the cohort.
        size: S, pixels of a square's side.
    """

    def __init__(self, count: int, size: int) -> None:
        self._shape = (count, size, size)
        self._open()

    def get(self, index: int) -> Square | None:
        """[S, S] the square of an image, or None where it has not been read yet."""
        return self._squares[index] if self._known[index] else None

    def keep(self, index: int, square: Square) -> None:
        """Keep the square of an image."""
        self._squares[index] = square
        # Behind the pixels, so that no other process takes half a square for a whole one.
        self._known[index] = True

    def __getstate__(self) -> dict[str, Any]:
        return {"_shape": self._shape}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._shape = state["_shape"]
        self._open()

    def _open(self) -> None:
        count, size, _ = self._shape
        # No more of it becomes real than is written to.
        memory = mmap.mmap(-1, max(count * (size * size + 1), 1))
        pixels = count * size * size
        self._squares = np.frombuffer(memory, np.uint8, pixels).reshape(self._shape)
        self._known = np.frombuffer(memory, np.bool_, count, offset=pixels)


def square_cache(count: int, size: int) -> SquareCache | None:
    """Memory for a cohort's squares, or None where they would take too much of it."""
    return SquareCache(count, size) if count * size * size <= MAX_BYTES else None
