"""Dates in an answer that DuckDB knows and no calendar of Python does."""

from collections.abc import Iterator

import pyarrow as pa

from pipeline.auditing.tables.errors import TablesError


def check_dates(rows: pa.Table) -> None:
    """Make sure that every date of an answer lies in the years 1 to 9999.

    DuckDB's reach from years before Christ to the year 294247, and to infinity.

    Raises:
        TablesError: a column holds one that does not, by itself or within a list or the like.
    """
    for name, column in zip(rows.column_names, rows.itercolumns(), strict=True):
        dated = (part for chunk in column.chunks for part in _dated_parts(chunk))
        if not all(_within_calendar(part) for part in dated):
            raise TablesError(
                f"column '{name}' holds dates outside the years 1 to 9999, or infinite ones; "
                "leave them out, or cast them to VARCHAR"
            )


def _dated_parts(values: pa.Array) -> Iterator[pa.Array]:
    kind = values.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        yield values
    elif pa.types.is_map(kind):
        yield from _dated_parts(values.keys)
        yield from _dated_parts(values.items)
    elif pa.types.is_struct(kind):
        for part in values.flatten():
            yield from _dated_parts(part)
    elif pa.types.is_union(kind):
        for place in range(kind.num_fields):
            yield from _dated_parts(values.field(place))
    elif pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        yield from _dated_parts(values.flatten())
    elif pa.types.is_dictionary(kind):
        yield from _dated_parts(values.dictionary)


def _within_calendar(values: pa.Array) -> bool:
    # Takes long to import, and few answers hold dates.
    import pyarrow.compute as pc

    try:
        pc.min_max(values).as_py()
    except (OverflowError, ValueError):
        return False
    return True
