"""Columns that grow while somebody may still look at them."""

from array import array


def able_to_grow(column: "array[int]") -> "array[int]":
    """The column, or a copy of it while a numpy view of it is alive, which would not let it grow.

    Our own views are gone by then. Who looks at frames from another thread, as the profiler in
    every Dask worker does, keeps theirs alive for a moment more.
    """
    try:
        column.append(0)
    except BufferError:
        return column[:]
    column.pop()
    return column
