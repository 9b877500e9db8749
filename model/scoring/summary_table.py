"""Scores as rows of their table, and the main ones of all methods side by side, to be read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

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
)


def summary_table(rows: Iterable[dict[str, Any]]) -> str:
    """Markdown: a row a method, best accuracy first; mean over seeds with the widest interval.

    Args:
        rows: of the contract `scores`, of one or several seeds.
    """
    found: dict[tuple[str, _Column], list[dict[str, Any]]] = {}
    columns = {
        (c.cohort, c.score, c.subject, c.overlap, round(c.threshold, 3)): c for c in _COLUMNS
    }
    methods: list[str] = []
    for row in rows:
        key = tuple(row[name] for name in ("cohort", "score", "subject", "overlap"))
        column = columns.get((*key, round(row["threshold"], 3)))
        if column is not None:
            found.setdefault((row["method"], column), []).append(row)
            if row["method"] not in methods:
                methods.append(row["method"])
    shown = [column for column in _COLUMNS if any((m, column) in found for m in methods)]
    methods.sort(key=lambda method: -_value(found.get((method, _COLUMNS[1]), [])))
    lines = [
        "| method | " + " | ".join(column.title for column in shown) + " |",
        "| --- |" + " ---: |" * len(shown),
    ]
    for method in methods:
        cells = [_cell(found.get((method, column), [])) for column in shown]
        lines.append(f"| {method.replace('_', ' ')} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def score_row(method: str, part: str, seed: int, score: Score, patients: int) -> dict[str, Any]:
    """A score as a row of the contract `scores`; what could not be computed is null."""
    return {
        "method": method,
        "seed": seed,
        "cohort": part,
        "score": score.score,
        "subject": score.subject,
        "overlap": score.overlap,
        "threshold": score.threshold,
        "value": _number(score.interval.value),
        "low": _number(score.interval.low),
        "high": _number(score.interval.high),
        "images": score.images,
        "patients": patients,
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _value(rows: Sequence[dict[str, Any]]) -> float:
    values = [row["value"] for row in rows if row["value"] is not None]
    return float(np.mean(values)) if values else -1.0


def _cell(rows: Sequence[dict[str, Any]]) -> str:
    known = [row for row in rows if row["value"] is not None]
    if not known:
        return ""
    text = f"{_value(known):.3f}"
    lows = [row["low"] for row in known if row["low"] is not None]
    highs = [row["high"] for row in known if row["high"] is not None]
    return f"{text} ({min(lows):.2f} to {max(highs):.2f})" if lows and highs else text
