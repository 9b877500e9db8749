"""Lung zones that a radiologist has graded, and where they lie."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from data_contracts.images import LUNG_ZONES, ZONE_SCORES
from data_contracts.storage import read_table
from model.scoring.bootstrap import Draws
from model.scoring.overlap import Boxes
from model.scoring.scorecard import Score, ScoredImage
from model.scoring.zones import ZoneValues, score_zones, zone_boxes, zone_evidence
from model.settings import CohortSettings
from model.tensors.cohorts import Cohort

#: Whose grades count; a junior's, where there are some, are not mixed in.
_ANNOTATOR: Final = "senior radiologist"
_SUBJECT: Final = "brixia"


class GradedZones(NamedTuple):
    """The six zones of an image, in the order of `LUNG_ZONES`.

    Attributes:
        boxes: [6, 4] in the image's own pixels.
        grades: [6] from 0 to 3; NaN where it is not known.
    """

    boxes: Boxes
    grades: ZoneValues


def zone_grades(images: CohortSettings) -> dict[str, ZoneValues]:
    """[6] the senior radiologist's grades of a cohort's images, by id; see `zone_scores`."""
    path = images.tables / f"{ZONE_SCORES.name}.parquet"
    if not path.exists():
        return {}
    table = read_table(ZONE_SCORES, path)
    columns = (table[name].to_pylist() for name in ("image_id", "zone", "score", "annotator"))
    grades: dict[str, ZoneValues] = {}
    for image_id, zone, score, annotator in zip(*columns, strict=True):
        if annotator == _ANNOTATOR:
            own = grades.setdefault(image_id, np.full(len(LUNG_ZONES), np.nan))
            own[LUNG_ZONES.index(zone)] = score
    return grades


def locate_zones(grades: Mapping[str, ZoneValues], lungs: Cohort) -> dict[str, GradedZones]:
    """Graded zones by image id, of the images on which both lungs have a box.

    The others are left out. The mean lungs of the other patients' images are no stand-in: on the
    COVID collection zones cut from them overlap the true ones with a median IoU of 0.59, and with
    less than 0.5 in a third of the cases.

    Args:
        grades: by image id.
        lungs: the cohort with the boxes of the lungs.
    """
    found = {}
    for image in lungs.images:
        own = lungs.kinds_of(image).tolist()
        if image.image_id in grades and sorted(own) == [0, 1]:
            boxes = zone_boxes(lungs.reference(image))
            found[image.image_id] = GradedZones(boxes, grades[image.image_id])
    return found


def score_graded_zones(
    images: Sequence[ScoredImage], draws: Draws, zones: Mapping[str, GradedZones]
) -> list[Score]:
    """How well a method's evidence tells ill zones, and images by how ill they are.

    Args:
        images: [I] of a method, each with its map and graded zones.
        draws: [D + 1, I] weights of the images.
        zones: by image id.
    """
    own = [zones[image.boxes.image_id] for image in images]
    found = [
        zone_evidence(image.evidence, graded.boxes, image.width, image.height)
        for image, graded in zip(images, own, strict=True)
        if image.evidence is not None
    ]
    scores = score_zones(np.array(found), np.array([graded.grades for graded in own]), draws)
    return [
        Score(name, _SUBJECT, "none", 0.0, drawn, len(images)) for name, drawn in scores.items()
    ]
