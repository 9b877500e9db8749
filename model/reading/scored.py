"""A method's tables and a cohort's references, brought together image by image."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data_contracts.predictions import EVERYTHING, PREDICTIONS, READINGS
from data_contracts.storage import read_table
from model.reading.tables import read_maps
from model.scoring.localization import ImageBoxes
from model.scoring.overlap import as_boxes, corners
from model.scoring.scorecard import ScoredImage
from model.tensors.cohorts import Cohort

_SEVERITY = ("geographic_extent", "opacity")


@dataclass(frozen=True, slots=True)
class Scored:
    """A method's images of every part, and the score from which on its boxes count."""

    method: str
    parts: dict[str, list[ScoredImage]]
    least_score: float


def scored_images(
    folder: Path,
    cohort: Cohort,
    truth: Mapping[str, Mapping[str, bool]],
    severity: Mapping[str, tuple[float, float]],
) -> list[ScoredImage]:
    """A cohort's images with what a method found on them.

    Args:
        folder: of the method's `predictions`, `readings` and `maps`.
        cohort: images and reference boxes.
        truth: by image id, concepts that it is known to have or not to have.
        severity: by image id, reference extent and opacity.

    Raises:
        TableNotFoundError: the stage predictions has not been run.
        ContractError: a table was written by another release.
    """
    boxes: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_table(PREDICTIONS, folder / "predictions.parquet").to_pylist():
        boxes[row["image_id"]].append(row)
    readings = {
        row["image_id"]: row
        for row in read_table(READINGS, folder / "readings.parquet").to_pylist()
    }
    evidence = {
        image_id: values
        for image_id, concept, values in read_maps(folder / "maps.parquet")
        if concept == EVERYTHING
    }
    return [
        _scored(
            image.image_id,
            cohort,
            number,
            boxes.get(image.image_id, []),
            readings.get(image.image_id, {}),
            evidence.get(image.image_id),
            truth.get(image.image_id, {}),
            dict(zip(_SEVERITY, severity.get(image.image_id, ()), strict=False)),
        )
        for number, image in enumerate(cohort.images)
    ]


def _scored(
    image_id: str,
    cohort: Cohort,
    number: int,
    boxes: list[dict[str, Any]],
    reading: dict[str, Any],
    evidence: Any,
    truth: Mapping[str, bool],
    severity: Mapping[str, float],
) -> ScoredImage:
    image = cohort.images[number]
    edges = as_boxes([corners(row["x"], row["y"], row["width"], row["height"]) for row in boxes])
    scores = np.array([row["score"] for row in boxes], dtype=np.float64)
    point = reading.get("point_x"), reading.get("point_y")
    return ScoredImage(
        ImageBoxes(image_id, image.subject_id, edges, scores, cohort.reference(image)),
        image.width,
        image.height,
        (point[0], point[1]) if point[0] is not None and point[1] is not None else None,
        evidence,
        dict(reading.get("probabilities") or ()),
        truth,
        {name: reading[name] for name in _SEVERITY if reading.get(name) is not None},
        severity,
    )
