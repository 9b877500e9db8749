"""Scores of what a method found on the images that were kept from it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias

import numpy as np

from model.baselines.reading import image_boxes
from model.crossvalidation.zones import GradedZones, score_graded_zones
from model.reading.findings import Findings
from model.scoring.bootstrap import Draws, draw_patients
from model.scoring.part_scores import PartScores
from model.scoring.scorecard import Score, ScoredImage, score_boxes, score_severity
from model.settings import ModelSettings
from model.tensors.cohorts import Cohort, CohortImage

_SUBJECTS: Final = ("geographic_extent", "opacity")
_BOXES: Final = "localization"
_ScorePart: TypeAlias = Callable[[Sequence[ScoredImage], Draws], Iterable[Score]]


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
        least_score=found.least_score,
    )


def score_parts(
    images: Sequence[ScoredImage], zones: Mapping[str, GradedZones], settings: ModelSettings
) -> dict[str, PartScores]:
    """Localization on the images whose boxes are known, severity and zones on those scored so.

    Args:
        images: with what a method found on them.
        zones: graded ones by image id.
        settings: how to draw patients.

    Returns:
        The scores by part; a part that no image is of is left out.
    """
    mapped = [image for image in images if image.evidence is not None]
    own = {
        _BOXES: [image for image in mapped if len(image.boxes.reference)],
        "severity": [image for image in images if image.reference_severity and image.severity],
        "zones": [image for image in mapped if image.boxes.image_id in zones],
    }
    score: dict[str, _ScorePart] = {
        _BOXES: _score_boxes,
        "severity": score_severity,
        "zones": partial(score_graded_zones, zones=zones),
    }
    return {
        part: _score_part(of_part, score[part], settings)
        for part, of_part in own.items()
        if of_part
    }


def _score_boxes(images: Sequence[ScoredImage], draws: Draws) -> Iterable[Score]:
    return score_boxes(images, [image.least_score for image in images], draws)


def _score_part(
    images: Sequence[ScoredImage],
    score: _ScorePart,
    settings: ModelSettings,
) -> PartScores:
    patients = [image.boxes.subject_id for image in images]
    draws = draw_patients(patients, settings.evaluation.draws, settings.evaluation.seed)
    image_ids = tuple(image.boxes.image_id for image in images)
    return PartScores(image_ids, len(set(patients)), list(score(images, draws)))
