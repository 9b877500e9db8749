"""Comparing two sets of label values report by report."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from data_contracts.concepts import CATEGORIES, category_of
from pipeline.auditing.references.coding import Coding
from pipeline.auditing.references.confusion import confuse
from pipeline.auditing.references.disagreements import find_disagreements
from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.halves import in_half_a, score_halves
from pipeline.auditing.references.label_values import LabelValues
from pipeline.auditing.references.reading import Aspect, decide, decide_reference
from pipeline.auditing.references.scoring import score


@dataclass(frozen=True, slots=True)
class Compared:
    """What comes of holding a label table against a reference.

    Attributes:
        scores: the scores table.
        halves: the halves table.
        disagreements: the disagreements table.
        confusion: the confusion table.
        reports: how many reports were compared.
        only_ours: reports that the reference does not have.
        only_reference: reports that our table does not have.
        lacking: concepts of the reference that our table has no column for, and how many of the
            compared reports the reference has them in; they are scored as never found.
        unscored: our concepts that the reference never uses in the compared reports, and in how
            many of those we affirm them; they are not scored.
    """

    scores: pa.Table
    halves: pa.Table
    disagreements: pa.Table
    confusion: pa.Table
    reports: int
    only_ours: int
    only_reference: int
    lacking: Mapping[str, int]
    unscored: Mapping[str, int]


def compare(
    labels: LabelValues, reference: LabelValues, coding: Coding, aspect: Aspect = "affirmed"
) -> Compared:
    """Score `labels` against `reference` over the reports that both have.

    The labels scored are those that the reference uses in these reports.

    Args:
        labels: our side.
        reference: the reference.
        coding: how hedges are read on either side.
        aspect: what counts as a positive.

    Raises:
        AuditError: no report is on both sides, or the reference has no label in those that are.
    """
    rows = np.flatnonzero(labels.frame.index.isin(reference.frame.index))
    if not len(rows):
        raise AuditError(_no_overlap(labels, reference))
    our_values = labels.frame.iloc[rows]
    truth_values = reference.frame.loc[our_values.index]
    concepts = _in_order(truth_values.columns[truth_values.notna().any()])
    if not concepts:
        raise AuditError(
            f"{reference.where}: has no label in any of the {len(rows):,} reports that "
            f"{labels.where} has too; compare more reports"
        )
    truth = decide_reference(truth_values, concepts, coding, aspect)
    ours = decide(our_values, concepts, coding, aspect)
    half_a = in_half_a(our_values.index)
    taken = None if labels.evidence is None else labels.evidence.take(pa.array(rows))
    return Compared(
        scores=score(truth, ours, concepts),
        halves=score_halves(truth, ours, concepts, half_a),
        disagreements=find_disagreements(
            truth=truth,
            ours=ours,
            truth_values=truth_values.reindex(columns=concepts),
            our_values=our_values.reindex(columns=concepts),
            report_ids=labels.report_ids[rows],
            half_a=half_a,
            evidence=taken,
        ),
        confusion=confuse(
            our_values.reindex(columns=concepts), truth_values.reindex(columns=concepts)
        ),
        reports=len(rows),
        only_ours=len(labels.frame) - len(rows),
        only_reference=len(reference.frame) - len(rows),
        lacking=_counts((truth_values == 1)[[c for c in concepts if c not in our_values]]),
        unscored=_counts((our_values == 1)[[c for c in our_values if c not in concepts]]),
    )


def _in_order(concepts: pd.Index) -> list[str]:
    return sorted(concepts, key=lambda concept: (CATEGORIES.index(category_of(concept)), concept))


def _counts(positive: pd.DataFrame) -> dict[str, int]:
    return {str(name): int(count) for name, count in positive.sum().items()}


def _no_overlap(labels: LabelValues, reference: LabelValues) -> str:
    sides = "; ".join(
        f"{side.where} has {_describe_ids(side.frame.index)}" for side in (labels, reference)
    )
    return f"no report is on both sides: {sides}; compare tables of the same source"


def _describe_ids(ids: pd.Index) -> str:
    """Ids by their form alone, since they may identify patients."""
    if not len(ids):
        return "no reports"
    forms = Counter(
        re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", str(i))))[:40] for i in ids
    )
    shown = ", ".join(f"{form!r} ({count:,})" for form, count in forms.most_common(3))
    return f"{len(ids):,} reports with ids like {shown}"
