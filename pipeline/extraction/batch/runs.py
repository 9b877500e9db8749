"""Runs of consecutive rows: how one row of a table points to several of another."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

#: Rows, codes and offsets.
IntArray: TypeAlias = npt.NDArray[np.signedinteger[Any]]


def rows_before(counts: IntArray) -> IntArray:
    """For each of consecutive runs, how many rows there are before it."""
    return np.cumsum(counts) - counts


def expand_runs(first: IntArray, count: IntArray) -> tuple[IntArray, IntArray]:
    """The rows of all runs, one run after the other, and for each row the run it is of.

    Args:
        first: (runs,) the first row of each run.
        count: (runs,) how many rows each run has.
    """
    run = np.repeat(np.arange(len(count), dtype=np.int64), count)
    rows = np.arange(len(run), dtype=np.int64) + (first - rows_before(count))[run]
    return rows, run
