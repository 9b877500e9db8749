"""The cells on which a label table and its reference disagree, with the evidence for ours."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from data_contracts.audit_tables import DISAGREEMENTS, HALF_NAMES
from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN
from pipeline.auditing.references.reading import BoolArray, Decisions

_WORDS: Final = {AFFIRMED: "affirmed", NEGATED: "negated", UNCERTAIN: "uncertain"}


def find_disagreements(
    *,
    truth: Decisions,
    ours: Decisions,
    truth_values: pd.DataFrame,
    our_values: pd.DataFrame,
    report_ids: pd.Index,
    half_a: BoolArray,
    evidence: pa.Array | None,
) -> pa.Table:
    """List the cells that the two sides decide differently.

    Args:
        truth: (reports, concepts) the reference's decisions.
        ours: (reports, concepts) our decisions.
        truth_values: (reports, concepts) the reference's values.
        our_values: (reports, concepts) our values, columns alike.
        report_ids: (reports,) our ids.
        half_a: (reports,) whether a report is in half A.
        evidence: (reports,) concept id to mention ids; None where our table has none.

    Returns:
        Rows of the disagreements table, by concept and then in the order of reports.
    """
    differs = (truth.positive != ours.positive) & ~truth.ignored & ~ours.ignored
    concept, report = np.nonzero(differs.T)
    our_cells = our_values.to_numpy(dtype=np.float32)[report, concept]
    truth_cells = truth_values.to_numpy(dtype=np.float32)[report, concept]
    kind = np.where(truth.positive[report, concept], "missed", "spurious").astype(object)
    kind[our_cells == UNCERTAIN] = "hedged"
    words = pd.Series(our_cells).map(_WORDS).fillna("unmentioned")
    names = np.asarray(our_values.columns, dtype=object)[concept]
    return pa.table(
        {
            "report_id": pa.array(np.asarray(report_ids, dtype=object)[report], pa.string()),
            "concept_id": pa.array(names, pa.string()),
            "half": pa.array(np.where(half_a[report], *HALF_NAMES).astype(object), pa.string()),
            "kind": pa.array(kind, pa.string()),
            "ours": _values(our_cells),
            "reference": _values(truth_cells),
            "assertion": pa.array(words.to_numpy(dtype=object), pa.string()),
            "mention_ids": _mention_ids(evidence, report, names),
        },
        schema=DISAGREEMENTS.schema(),
    )


def _values(cells: npt.NDArray[np.float32]) -> pa.Array:
    return pa.array(np.nan_to_num(cells).astype(np.int8), mask=np.isnan(cells))


def _mention_ids(
    evidence: pa.Array | None, report: npt.NDArray[np.intp], names: npt.NDArray[np.object_]
) -> pa.Array:
    ids = pa.list_(pa.string())
    if evidence is None:
        return pa.array([[]] * len(report), ids)
    # Only the disagreeing reports' maps are looked into.
    rows, place = np.unique(report, return_inverse=True)
    maps = [dict(entries or ()) for entries in evidence.take(pa.array(rows)).to_pylist()]
    found = [maps[row].get(name) or [] for row, name in zip(place, names, strict=True)]
    return pa.array(found, ids)
