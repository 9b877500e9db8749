"""Scores of what a method found on the images that were kept from it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from model.baselines.reading import image_boxes
from model.reading.findings import Findings
from model.scoring.bootstrap import draw_patients
from model.scoring.scorecard import ScoredImage, score_boxes, score_severity
from model.scoring.summary_table import score_row
from model.settings import ModelSettings
from model.tensors.cohorts import Cohort, CohortImage

_SUBJECTS: Final = ("geographic_extent", "opacity")


def scored_images(
    cohort: Cohort,
    found: Mapping[str, Findings | tuple[float, float]],
    severity: Mapping[str, tuple[float, float]],
) -> list[ScoredImage]:
    """Images with what was found on them, boxes or severity alone, and what is true of them."""
    images = [image for image in cohort.images if image.image_id in found]
    return [_scored_image(cohort, image, found[image.image_id], severity) for image in images]


def _scored_image(
    cohort: Cohort,
    image: CohortImage,
    found: Findings | tuple[float, float],
    severity: Mapping[str, tuple[float, float]],
) -> ScoredImage:
    reference = dict(zip(_SUBJECTS, severity.get(image.image_id, ()), strict=False))
    if isinstance(found, tuple):
        nothing = Findings(image.image_id, (), {}, np.zeros((32, 32), np.float32), None, None, {})
        (boxes,) = image_boxes([nothing], cohort)
        given = dict(zip(_SUBJECTS, found, strict=True))
        return ScoredImage(
            boxes, image.width, image.height, severity=given, reference_severity=reference
        )
    (boxes,) = image_boxes([found], cohort)
    own = found.severity
    return ScoredImage(
        boxes,
        image.width,
        image.height,
        found.point,
        found.evidence,
        severity={name: getattr(own, name) for name in _SUBJECTS} if own else {},
        reference_severity=reference,
    )


def score_rows(name: str, images: Iterable[ScoredImage], settings: ModelSettings) -> Iterator[Any]:
    """Localization on the images whose boxes are known, severity on those that are scored."""
    evaluation = settings.evaluation
    scored = [image for image in images if image.reference_severity and image.severity]
    boxed = [image for image in images if len(image.boxes.reference) and image.evidence is not None]
    for part, own in (("localization", boxed), ("severity", scored)):
        if not own:
            continue
        patients = [image.boxes.subject_id for image in own]
        draws = draw_patients(patients, evaluation.draws, evaluation.seed)
        scores = (
            score_boxes(own, 0.0, draws) if part == "localization" else (score_severity(own, draws))
        )
        for score in scores:
            yield score_row(name, part, settings.network.seed, score, len(set(patients)))
