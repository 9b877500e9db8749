"""Precision, recall and F1 per label, and per group micro- and macro-averaged."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.metrics import multilabel_confusion_matrix, precision_recall_fscore_support

from data_contracts.audit_tables import SCORES
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


def score(truth: Decisions, ours: Decisions, concepts: list[str]) -> pa.Table:
    """Score our decisions against the reference's.

    A cell that either side leaves out counts for nothing. A ratio without a denominator is 0. The
    interval of F1 is that of reports drawn anew.

    Args:
        truth: (reports, concepts) the reference's decisions.
        ours: (reports, concepts) our decisions.
        concepts: the columns' concept ids.

    Returns:
        Rows of the scores table, group by group in the order of categories: the micro and the
        macro average, then the labels.
    """
    ignored = truth.ignored | ours.ignored
    # A cell that is negative on both sides enters neither precision nor recall.
    true, predicted = truth.positive & ~ignored, ours.positive & ~ignored
    drawn = draw_reports(count_reports(truth, ours), seed=0)
    rows: list[dict[str, Any]] = []
    for group in CATEGORIES:
        columns = [i for i, concept in enumerate(concepts) if category_of(concept) == group]
        if columns:
            names = [concepts[i] for i in columns]
            scored = _group(
                group, names, true[:, columns], predicted[:, columns], ignored[:, columns]
            )
            rows += _with_intervals(scored, drawn[:, columns])
    return pa.Table.from_pylist(rows, schema=SCORES.schema())


def _group(
    group: str, names: list[str], true: BoolArray, predicted: BoolArray, ignored: BoolArray
) -> list[dict[str, Any]]:
    # (labels, 2, 2): [truth, prediction] per label.
    counts = multilabel_confusion_matrix(_padded(true), _padded(predicted))[: len(names)]
    labels = list(range(len(names)))
    rows = []
    for level in ("micro", "macro"):
        ratios = precision_recall_fscore_support(
            _padded(true), _padded(predicted), labels=labels, average=level, zero_division=0.0
        )[:3]
        rows.append(_row(level, group, group, ratios, counts.sum(axis=0), int(ignored.sum())))
    per_label = precision_recall_fscore_support(
        _padded(true), _padded(predicted), labels=labels, average=None, zero_division=0.0
    )
    for i, name in enumerate(names):
        ratios = tuple(values[i] for values in per_label[:3])
        rows.append(_row("label", group, name, ratios, counts[i], int(ignored[:, i].sum())))
    return rows


def _with_intervals(rows: list[dict[str, Any]], drawn: Counts) -> list[dict[str, Any]]:
    """Add intervals to a group's rows: the micro and the macro average, then its labels."""
    of_labels = f1_of(drawn)
    f1: list[Floats] = [
        f1_of(drawn.sum(axis=1)),
        # A label without a positive in a draw counts as 0, as in the average itself.
        np.nan_to_num(of_labels).mean(axis=1),
        *of_labels.T,
    ]
    bounds = [interval(values) for values in f1]
    return [
        {**row, "f1_low": low, "f1_high": high}
        for row, (low, high) in zip(rows, bounds, strict=True)
    ]


def _padded(cells: BoolArray) -> BoolArray:
    # scikit-learn takes a single column for a binary problem with two classes.
    return np.pad(cells, ((0, 0), (0, 1)))


def _row(
    level: str,
    group: str,
    name: str,
    ratios: tuple[float, ...],
    counts: npt.NDArray[np.int64],
    ignored: int,
) -> dict[str, Any]:
    precision, recall, f1 = (float(ratio) for ratio in ratios)
    return {
        "level": level,
        "group": group,
        "name": name,
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "support": int(counts[1].sum()),
        "true_positives": int(counts[1, 1]),
        "false_positives": int(counts[0, 1]),
        "false_negatives": int(counts[1, 0]),
        "ignored": ignored,
    }
