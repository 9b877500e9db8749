"""Scores of several seeds as one."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

_NOT_KEY: Final = ("seed", "value", "low", "high", "images", "patients")


def mean_over_seeds(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each score: mean over the seeds, with their widest interval.

    Scores that no seed defines are left out.

    Args:
        rows: of the contract `scores` or `differences`.
    """
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if row["value"] is not None:
            key = tuple(value for name, value in row.items() if name not in _NOT_KEY)
            groups.setdefault(key, []).append(row)
    found = []
    for group in groups.values():
        lows = [row["low"] for row in group if row["low"] is not None]
        highs = [row["high"] for row in group if row["high"] is not None]
        found.append(
            group[0]
            | {
                "value": float(np.mean([row["value"] for row in group])),
                "low": min(lows, default=None),
                "high": max(highs, default=None),
            }
        )
    return found
