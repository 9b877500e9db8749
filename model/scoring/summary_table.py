"""Scores as rows of their table, and the main ones of all methods side by side, to be read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from model.scoring.over_seeds import mean_over_seeds
from model.scoring.scorecard import Score


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    cohort: str
    score: str
    subject: str
    overlap: str
    threshold: float


_COLUMNS: Final = (
    _Column("accuracy, IoU 0.3", "localization", "accuracy", "boxes", "iou", 0.3),
    _Column("accuracy, IoU 0.5", "localization", "accuracy", "boxes", "iou", 0.5),
    _Column("accuracy, IoU 0.7", "localization", "accuracy", "boxes", "iou", 0.7),
    _Column("false positives, IoU 0.5", "localization", "false_positives", "boxes", "iou", 0.5),
    _Column("accuracy, IoBB 0.5", "localization", "accuracy", "boxes", "iobb", 0.5),
    _Column("AP, IoU 0.5", "localization", "average_precision", "boxes", "iou", 0.5),
    _Column("FROC, IoU 0.3", "localization", "mean_sensitivity", "boxes", "iou", 0.3),
    _Column("FROC, IoU 0.5", "localization", "mean_sensitivity", "boxes", "iou", 0.5),
    _Column("RSNA", "localization", "rsna", "boxes", "none", 0.0),
    _Column("pointing", "localization", "pointing", "boxes", "none", 0.0),
    _Column("Dice", "localization", "dice", "boxes", "none", 0.0),
    _Column("CNR", "localization", "contrast", "boxes", "none", 0.0),
    _Column("AUROC, macro", "localization", "auroc", "macro", "none", 0.0),
    _Column("Spearman, extent", "severity", "spearman", "geographic_extent", "none", 0.0),
    _Column("MAE, extent", "severity", "mae", "geographic_extent", "none", 0.0),
    _Column("Pearson, extent", "severity", "pearson", "geographic_extent", "none", 0.0),
    _Column("R², extent", "severity", "r2", "geographic_extent", "none", 0.0),
    _Column("Spearman, opacity", "severity", "spearman", "opacity", "none", 0.0),
    _Column("MAE, opacity", "severity", "mae", "opacity", "none", 0.0),
    _Column("AUROC, zones", "zones", "zone_auroc", "brixia", "none", 0.0),
    _Column("Spearman, Brixia", "zones", "zone_sum_spearman", "brixia", "none", 0.0),
)
#: Of these the differences are shown.
_COMPARED: Final = (
    _Column("FROC, IoU 0.3", "localization", "mean_sensitivity", "boxes", "iou", 0.3),
    _Column("FROC, IoU 0.5", "localization", "mean_sensitivity", "boxes", "iou", 0.5),
    _Column("AP, IoU 0.3", "localization", "average_precision", "boxes", "iou", 0.3),
    _Column("AP, IoU 0.5", "localization", "average_precision", "boxes", "iou", 0.5),
    _Column("accuracy, IoU 0.3", "localization", "accuracy", "boxes", "iou", 0.3),
    _Column("accuracy, IoU 0.5", "localization", "accuracy", "boxes", "iou", 0.5),
    _Column("pointing", "localization", "pointing", "boxes", "none", 0.0),
)


def summary_table(rows: Iterable[dict[str, Any]]) -> str:
    """Markdown: a row a method, best accuracy first; mean over seeds with the widest interval.

    FROC is the mean sensitivity at 0.25, 0.5, 1 and 2 false positives an image.

    Args:
        rows: of the contract `scores`, of one or several seeds.
    """
    return _table(rows, _COLUMNS, _COLUMNS[1], _cell)


def main_scores(rows: Iterable[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """The scores that `summary_table` shows, each with its title, in its order.

    Args:
        rows: of the contract `scores`, of one method and one or several seeds.
    """
    columns = _by_key(_COLUMNS)
    found = {columns.get(_key_of(row)): row for row in mean_over_seeds(rows)}
    return [(column.title, found[column]) for column in _COLUMNS if column in found]


def difference_table(rows: Sequence[dict[str, Any]]) -> str:
    """Markdown: by how much each method differs from the one it is compared with, likewise.

    Args:
        rows: of the contract `differences`, of one or several seeds; empty without any.
    """
    if not rows:
        return ""
    compared_with = rows[0]["compared_with"].replace("_", " ")
    table = _table(rows, _COMPARED, _COMPARED[0], _signed_cell)
    return f"Less {compared_with}, over the same patients:\n\n{table}"


def _table(
    rows: Iterable[dict[str, Any]],
    shown_columns: Sequence[_Column],
    ranked_by: _Column,
    write_cell: Callable[[Sequence[dict[str, Any]]], str],
) -> str:
    found: dict[tuple[str, _Column], list[dict[str, Any]]] = {}
    columns = _by_key(shown_columns)
    methods: list[str] = []
    for row in rows:
        column = columns.get(_key_of(row))
        if column is not None:
            found.setdefault((row["method"], column), []).append(row)
            if row["method"] not in methods:
                methods.append(row["method"])
    shown = [column for column in shown_columns if any((m, column) in found for m in methods)]
    methods.sort(key=lambda method: -_value(found.get((method, ranked_by), [])))
    lines = [
        "| method | " + " | ".join(column.title for column in shown) + " |",
        "| --- |" + " ---: |" * len(shown),
    ]
    for method in methods:
        cells = [write_cell(found.get((method, column), [])) for column in shown]
        lines.append(f"| {method.replace('_', ' ')} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _by_key(columns: Sequence[_Column]) -> dict[tuple[Any, ...], _Column]:
    return {(c.cohort, c.score, c.subject, c.overlap, round(c.threshold, 3)): c for c in columns}


def _key_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells a score from others, as columns do."""
    key = tuple(row[name] for name in ("cohort", "score", "subject", "overlap"))
    return (*key, round(row["threshold"], 3))


def score_row(method: str, part: str, seed: int, score: Score, patients: int) -> dict[str, Any]:
    """A score as a row of the contract `scores`; what could not be computed is null."""
    own = score.interval
    return {
        "method": method,
        "seed": seed,
        "cohort": part,
        "score": score.score,
        "subject": score.subject,
        "overlap": score.overlap,
        "threshold": score.threshold,
        "at_false_positives": score.at_false_positives,
        "value": _number(own.value),
        "low": _number(own.low),
        "high": _number(own.high),
        "images": score.images,
        "patients": patients,
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _value(rows: Sequence[dict[str, Any]]) -> float:
    values = [row["value"] for row in rows if row["value"] is not None]
    return float(np.mean(values)) if values else -np.inf


def _cell(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(write_score(row) for row in mean_over_seeds(rows))


def _signed_cell(rows: Sequence[dict[str, Any]]) -> str:
    return "".join(write_score(row, signed=True) for row in mean_over_seeds(rows))


def write_score(row: Mapping[str, Any], *, signed: bool = False) -> str:
    """A score with its interval, as tables show it.

    Args:
        row: of the contract `scores` or `differences`, with a value.
        signed: put a plus before what is not negative, as differences have it.
    """
    sign = "+" if signed else ""
    text = f"{row['value']:{sign}.3f}"
    if row["low"] is None or row["high"] is None:
        return text
    return f"{text} ({row['low']:{sign}.2f} to {row['high']:{sign}.2f})"
