"""Whether nested columns hold all the values that their file counts.

Checksums cover a Parquet file's pages, not the headers of these. With a damaged count there, a flat
column misses rows, which reading refuses; a list or map loses the last values of the page unseen.
The file's footer has a count of its own.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

_Counts = npt.NDArray[np.int64]


def read_all_values(
    file: pq.ParquetFile, groups: Sequence[int], columns: Sequence[str] | None = None
) -> pa.Table:
    """Read row groups of a file, with every value that its footer counts.

    Args:
        file: an open Parquet file.
        groups: numbers of row groups, from 0.
        columns: read only these.

    Raises:
        ValueError: a column has fewer or more values than the footer counts.
    """
    names = None if columns is None else list(columns)
    table = file.read_row_groups(list(groups), columns=names)
    for name in table.column_names:
        column = table.column(name)
        if not pa.types.is_nested(column.type):
            continue
        found = sum(int(leaf.sum()) for chunk in column.chunks for leaf in _slots(chunk))
        counted = _counted(file.metadata, groups, name)
        if found != counted:
            raise ValueError(f"column '{name}' has {found} values of {counted}")
    return table


def _counted(footer: pq.FileMetaData, groups: Sequence[int], name: str) -> int:
    """What the footer counts in all leaves of a column."""
    return sum(
        leaf.num_values
        for group in groups
        for leaf in map(footer.row_group(group).column, range(footer.num_columns))
        if leaf.path_in_schema.startswith(f"{name}.")
    )


def _slots(array: pa.Array) -> list[_Counts]:
    """How many values Parquet counts for each element, by leaf; a null or empty list is one."""
    if isinstance(array, pa.MapArray):
        leaves = [*_slots(array.keys), *_slots(array.items)]
    elif isinstance(array, pa.ListArray | pa.LargeListArray):
        if not pa.types.is_nested(array.type.value_type):  # no need to count each by itself
            return [np.maximum(np.diff(array.offsets.to_numpy()), 1)]
        leaves = _slots(array.values)
    elif isinstance(array, pa.StructArray):
        return [leaf for field in array.flatten() for leaf in _slots(field)]
    else:
        return [np.ones(len(array), dtype=np.int64)]
    offsets = array.offsets.to_numpy()
    return [np.maximum(np.diff(_running(leaf)[offsets]), 1) for leaf in leaves]


def _running(counts: _Counts) -> _Counts:
    return np.concatenate([[0], np.cumsum(counts)])
