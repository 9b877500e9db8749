"""Two halves of the reports: one to write rules on, one that is only ever scored."""

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from data_contracts.audit_tables import HALVES
from data_contracts.concepts import CATEGORIES, category_of
from pipeline.auditing.references.bootstrap import (
    Counts,
    Floats,
    count_reports,
    draw_reports,
    f1_of,
    interval,
)
from pipeline.auditing.references.reading import BoolArray, Decisions


def in_half_a(ids: pd.Index) -> BoolArray:
    """(reports,) whether a report is in half A, the one that rules are written on.

    The half hangs on the id that reports are matched by and on nothing else: another source of the
    same reports, another run or another machine gives the same halves, and a report that is added
    moves no other.
    """
    first = (hashlib.blake2b(str(i).encode(), digest_size=1).digest()[0] for i in ids)
    return np.fromiter((byte % 2 == 0 for byte in first), dtype=np.bool_, count=len(ids))


def score_halves(
    truth: Decisions, ours: Decisions, concepts: list[str], half_a: BoolArray
) -> pa.Table:
    """Score each group of labels in both halves.

    Args:
        truth: (reports, concepts) the reference's decisions.
        ours: (reports, concepts) our decisions.
        concepts: the columns' concept ids.
        half_a: (reports,) whether a report is in half A.

    Returns:
        Rows of the halves table, in the order of categories; a group that either half lacks has
        none of that half's figures and no distance.
    """
    counts = count_reports(truth, ours)
    groups = [g for g in CATEGORIES if any(category_of(c) == g for c in concepts)]
    # Micro averages need no more than each report's sums over the labels of a group.
    of_group = [[category_of(concept) == group for concept in concepts] for group in groups]
    summed = np.stack([counts[:, chosen].sum(axis=1) for chosen in of_group], axis=1)
    halves = (summed[half_a], summed[~half_a])
    rows: list[dict[str, Any]] = []
    # Halves are drawn apart: neither tells anything of the other's draws.
    drawn = [_drawn(half, seed) for seed, half in enumerate(halves)]
    whole = [f1_of(half.sum(axis=0)) for half in halves]
    for i, group in enumerate(groups):
        row: dict[str, Any] = {"group": group}
        for name, half, f1, draws in zip("ab", halves, whole, drawn, strict=True):
            row[f"reports_{name}"] = len(half)
            row[f"support_{name}"] = int(half[:, i, [0, 2]].sum())
            row |= _figures(f"f1_{name}", float(f1[i]), draws[:, i])
        row |= _figures(
            "distance", float(whole[0][i] - whole[1][i]), drawn[0][:, i] - drawn[1][:, i]
        )
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=HALVES.schema())


def _drawn(half: Counts, seed: int) -> Floats:
    if not len(half):
        return np.full((1, half.shape[1]), np.nan)
    return f1_of(draw_reports(half, seed))


def _figures(name: str, value: float, drawn: Floats) -> dict[str, float | None]:
    low, high = interval(drawn)
    return {name: None if np.isnan(value) else value, f"{name}_low": low, f"{name}_high": high}
