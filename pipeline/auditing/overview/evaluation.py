"""What the model's evaluation found, where it has been run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data_contracts.predictions import SCORES
from data_contracts.storage import read_table

#: Cohort, score, subject, overlap and threshold name a score.
ScoreKey = tuple[str, str, str, str, float]

#: Headings and scores of the columns that the page shows; methods are ranked by the second.
_COLUMNS: Final[tuple[tuple[str, ScoreKey], ...]] = (
    ("accuracy, IoU 0.3", ("localization", "accuracy", "boxes", "iou", 0.3)),
    ("accuracy, IoU 0.5", ("localization", "accuracy", "boxes", "iou", 0.5)),
    ("false positives, IoU 0.5", ("localization", "false_positives", "boxes", "iou", 0.5)),
    ("pointing game", ("localization", "pointing", "boxes", "none", 0.0)),
    ("AUROC, macro", ("localization", "auroc", "macro", "none", 0.0)),
    ("Spearman, extent", ("severity", "spearman", "geographic_extent", "none", 0.0)),
    ("MAE, extent", ("severity", "mae", "geographic_extent", "none", 0.0)),
    ("Spearman, opacity", ("severity", "spearman", "opacity", "none", 0.0)),
)
_RANKED_BY: Final = _COLUMNS[1][1]
#: The evaluation's figures, and what to say of each to who cannot see it.
_FIGURES: Final = (
    ("overlays.png", "Boxes", "radiographs with true boxes and those that the network found"),
    ("attention.png", "Attention", "the network's attention over radiographs, per attribute"),
    ("accuracy_over_iou.png", "Accuracy over IoU", "accuracy and false positives over IoU"),
    ("precision_recall.png", "Precision and recall", "precision over recall for every method"),
    ("froc.png", "FROC", "sensitivity over false positives per image for every method"),
    ("severity.png", "Severity", "predicted severity scores over the true ones"),
)


@dataclass(frozen=True, slots=True)
class Value:
    """A score and its 95% interval over patients; None where there is none."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation's main scores and figures.

    Attributes:
        headings: names of the scores.
        methods: each method and its scores, in the order of the headings.
        figures: title, description and file of each figure.
    """

    headings: tuple[str, ...]
    methods: tuple[tuple[str, tuple[Value | None, ...]], ...]
    figures: tuple[tuple[str, str, Path], ...]


def read_evaluation(folder: Path) -> Evaluated | None:
    """What the stage evaluate wrote; None where it has not been run.

    Raises:
        ContractError: the scores break their contract.
    """
    path = folder / "scores.parquet"
    if not path.exists():
        return None
    rows = read_table(SCORES, path).to_pylist()
    values = {(row["method"], _key(row)): _value(row) for row in rows if row["value"] is not None}
    known = {key for _, key in values}
    shown = [(heading, key) for heading, key in _COLUMNS if key in known]

    def rank(method: str) -> float:
        found = values.get((method, _RANKED_BY))
        return -1.0 if found is None else found.value

    ranked = sorted(dict.fromkeys(row["method"] for row in rows), key=rank, reverse=True)
    return Evaluated(
        tuple(heading for heading, _ in shown),
        tuple(
            (method.replace("_", " "), tuple(values.get((method, key)) for _, key in shown))
            for method in ranked
        ),
        tuple(
            (title, alt, folder / file) for file, title, alt in _FIGURES if (folder / file).exists()
        ),
    )


def _key(row: dict[str, Any]) -> ScoreKey:
    return row["cohort"], row["score"], row["subject"], row["overlap"], row["threshold"]


def _value(row: dict[str, Any]) -> Value:
    return Value(row["value"], row["low"], row["high"])
