"""A cell's value as text."""

from typing import Any


def as_text(value: Any) -> str:
    """A value of JSON, Parquet or Excel as a report's text or id; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        # Kept as surrogates, so that each row can be judged by itself.
        return value.decode("utf-8", errors="surrogateescape")
    if isinstance(value, float):
        if value != value:
            return ""  # pandas' way to say none
        if value.is_integer():
            value = int(value)  # a column of whole numbers with gaps becomes one of floats
    return value if isinstance(value, str) else str(value)
