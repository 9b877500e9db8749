"""Precision and recall per concept, assertion, cue and rule, from reviews."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from sklearn.metrics import cohen_kappa_score

from data_contracts.corrections import MEASURED, MEASURES
from pipeline.auditing.measuring.estimation import Estimate, Floats, estimate_ratio
from pipeline.auditing.measuring.reviews import Reviews

#: Kinds whose misses can be told: a phrase that no rule found has no rule.
_WITH_RECALL: Final = ("category", "concept", "assertion")


@dataclass(frozen=True, slots=True)
class Kappa:
    """How far two reviewers agree.

    Attributes:
        phrases: phrases that both have judged.
        agreed: share of them on which they say the same, 0 to 1.
        kappa: Cohen's kappa (1960), what is left of it beyond chance; None where both say one and
            the same of all, so that there is no chance to compare with.
    """

    phrases: int
    agreed: float
    kappa: float | None


def measure(reviews: Reviews) -> pa.Table:
    """Estimate precision and recall for everything that the reviews speak of.

    Returns:
        Rows of the measures table, kind by kind, the most errors first: the first cue or rule is
        the next to mend.
    """
    keys = {key for tally in reviews.tallies for key in (*tally.given, *tally.missed)}
    rows = [_row(kind, name, reviews) for kind, name in keys]
    rows.sort(key=lambda row: (MEASURED.index(row["kind"]), -row["errors"], row["name"]))
    return pa.Table.from_pylist(rows, schema=MEASURES.schema())


def agreement(first: list[str], second: list[str]) -> Kappa | None:
    """Compare two reviewers' verdicts on the same phrases; None where there are none."""
    if not first:
        return None
    same = float(np.mean([a == b for a, b in zip(first, second, strict=True)]))
    one_word = len({*first, *second}) == 1
    kappa = None if one_word else float(cohen_kappa_score(first, second))
    return Kappa(len(first), same, kappa)


def _row(kind: str, name: str, reviews: Reviews) -> dict[str, Any]:
    key = (kind, name)
    given = np.array([tally.given[key] for tally in reviews.tallies], dtype=np.float64)
    right = np.array([tally.right[key] for tally in reviews.tallies], dtype=np.float64)
    missed = np.array([tally.missed[key] for tally in reviews.tallies], dtype=np.float64)
    tells_recall = kind in _WITH_RECALL
    recall = estimate_ratio(right, right + missed, reviews.design) if tells_recall else None
    return {
        "kind": kind,
        "name": name,
        "reviewed": int(given.sum()),
        "right": int(right.sum()),
        "missed": int(missed.sum()) if tells_recall else None,
        **_bounds("precision", estimate_ratio(right, given, reviews.design)),
        **_bounds("recall", recall),
        "errors": _weighed(given - right + missed, reviews),
    }


def _weighed(counts: Floats, reviews: Reviews) -> float:
    return float(reviews.design.weights @ counts)


def _bounds(name: str, estimate: Estimate | None) -> dict[str, float | None]:
    bounds = (estimate.value, estimate.low, estimate.high) if estimate else (None, None, None)
    return dict(zip((name, f"{name}_low", f"{name}_high"), bounds, strict=True))
