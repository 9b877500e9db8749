"""All figures of an evaluation."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from data_contracts.pictures.pixels import read_pixels
from data_contracts.predictions import EVERYTHING
from model.figures.accuracy_over_iou import draw_accuracy
from model.figures.froc import draw_froc
from model.figures.overlays import Overlay, draw_attention, draw_boxes
from model.figures.precision_recall import draw_precision_recall
from model.figures.severity_scatter import draw_severity
from model.figures.style import save
from model.methods.registry import OURS
from model.reading.scored import Scored
from model.reading.tables import read_maps
from model.scoring.calibration import above_threshold
from model.scoring.matching import match
from model.scoring.overlap import iou
from model.scoring.scorecard import ScoredImage
from model.tensors.cohorts import Cohort

_PART: Final = "localization"
_SCORES: Final = "severity"
_SHOWN, _FAILED, _ATTENDED = 8, 4, 4
_FOUND_AT: Final = 0.3
#: What `draw_figures` may write.
FIGURES: Final = (
    "accuracy_over_iou.png",
    "precision_recall.png",
    "froc.png",
    "severity.png",
    "overlays.png",
    "attention.png",
)


def draw_figures(
    rows: Sequence[dict[str, Any]],
    scored: Mapping[str, Scored],
    cohorts: Mapping[str, Cohort],
    predictions: Path,
    out: Path,
) -> tuple[Path, ...]:
    """Draw accuracy, precision-recall, FROC, severity, and overlays of ours; returns the files.

    Args:
        rows: of the contract `scores`.
        scored: what every method found.
        cohorts: the images.
        predictions: folder of the stage predictions, for the attributes' maps.
        out: folder to write to.
    """
    paths = [
        save(draw_accuracy(rows), out / "accuracy_over_iou.png"),
        save(draw_precision_recall(scored), out / "precision_recall.png"),
        save(draw_froc(scored), out / "froc.png"),
    ]
    if OURS in scored:
        own = scored[OURS]
        if _SCORES in own.parts:
            paths.append(save(draw_severity(own.parts[_SCORES]), out / "severity.png"))
        cohort, images = cohorts[_PART], own.parts[_PART]
        with_boxes = [row for row, image in enumerate(images) if len(image.boxes.reference)]
        maps = _maps(predictions / OURS / _PART / "maps.parquet")
        chosen = [_overlay(cohort, images, row, own, maps) for row in with_boxes[:_SHOWN]]
        worst = sorted(with_boxes, key=lambda row: _found(images[row], own.least_score))
        failed = [_overlay(cohort, images, row, own, maps) for row in worst[:_FAILED]]
        paths.append(save(draw_boxes(chosen, failed), out / "overlays.png"))
        paths.append(save(draw_attention(chosen[:_ATTENDED]), out / "attention.png"))
    return tuple(paths)


def _found(image: ScoredImage, least_score: float) -> float:
    """Share of the reference boxes that are found, less 0.1 for each false positive."""
    (shown,) = above_threshold([image.boxes], least_score)
    matching = match(iou(shown.predicted, shown.reference), shown.scores, _FOUND_AT)
    return matching.true_positives / len(shown.reference) - 0.1 * matching.false_positives


def _overlay(
    cohort: Cohort,
    images: Sequence[ScoredImage],
    row: int,
    own: Scored,
    maps: Mapping[str, Mapping[str, Any]],
) -> Overlay:
    image = images[row]
    (shown,) = above_threshold([image.boxes], own.least_score)
    likeliest = sorted(image.probabilities.items(), key=lambda item: -item[1])
    of_image = maps.get(image.boxes.image_id, {})
    return Overlay(
        read_pixels(cohort.path(cohort.images[row])),
        shown.reference,
        shown.predicted,
        image.boxes.image_id,
        {name: of_image[name] for name, _ in likeliest if name in of_image},
    )


def _maps(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for image_id, concept, values in read_maps(path):
        if concept != EVERYTHING:
            found.setdefault(image_id, {})[concept] = values
    return found
