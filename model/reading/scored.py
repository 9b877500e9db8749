"""A method's tables and a cohort's references, brought together image by image."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data_contracts.predictions import EVERYTHING, PREDICTIONS, READINGS
from data_contracts.storage import read_table
from model.reading.evidence import Evidence
from model.reading.tables import read_maps
from model.scoring.localization import ImageBoxes
from model.scoring.overlap import Boxes, as_boxes, corners
from model.scoring.scorecard import ScoredImage
from model.tensors.cohorts import Cohort, CohortImage

_SEVERITY = ("geographic_extent", "opacity")


@dataclass(frozen=True, slots=True)
class Scored:
    """A method's images of every part, and the threshold of its boxes' scores."""

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
        severity: by image id, reference extent (0 to 8) and opacity (0 to 6).

    Raises:
        TableNotFoundError: the stage predictions has not been run.
        ContractError: a table was written by another release.
    """
    found = _read_found(folder)
    return [
        _scored_image(
            image,
            cohort.reference(image),
            found,
            truth.get(image.image_id, {}),
            dict(zip(_SEVERITY, severity.get(image.image_id, ()), strict=False)),
        )
        for image in cohort.images
    ]


@dataclass(frozen=True, slots=True)
class _Found:
    """A method's tables by image id: rows of boxes, row of the reading, [32, 32] evidence."""

    boxes: Mapping[str, list[dict[str, Any]]]
    readings: Mapping[str, dict[str, Any]]
    evidence: Mapping[str, Evidence]


def _read_found(folder: Path) -> _Found:
    boxes: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_table(PREDICTIONS, folder / "predictions.parquet").to_pylist():
        boxes[row["image_id"]].append(row)
    readings = read_table(READINGS, folder / "readings.parquet").to_pylist()
    evidence = {
        image_id: values
        for image_id, concept, values in read_maps(folder / "maps.parquet")
        if concept == EVERYTHING
    }
    return _Found(boxes, {row["image_id"]: row for row in readings}, evidence)


def _scored_image(
    image: CohortImage,
    reference: Boxes,
    found: _Found,
    truth: Mapping[str, bool],
    severity: Mapping[str, float],
) -> ScoredImage:
    rows, reading = found.boxes.get(image.image_id, []), found.readings.get(image.image_id, {})
    edges = as_boxes([corners(row["x"], row["y"], row["width"], row["height"]) for row in rows])
    scores = np.array([row["score"] for row in rows], dtype=np.float64)
    x, y = reading.get("point_x"), reading.get("point_y")
    return ScoredImage(
        ImageBoxes(image.image_id, image.subject_id, edges, scores, reference),
        image.width,
        image.height,
        (x, y) if x is not None and y is not None else None,
        found.evidence.get(image.image_id),
        dict(reading.get("probabilities") or ()),
        truth,
        {name: reading[name] for name in _SEVERITY if reading.get(name) is not None},
        severity,
    )
