"""Score thresholds that a fold's test images have no part in."""

from collections.abc import Sequence
from dataclasses import replace

from model.baselines.reading import image_boxes
from model.crossvalidation.folds import Fold
from model.reading.findings import Findings
from model.scoring.calibration import best_threshold
from model.tensors.cohorts import Cohort


def fold_findings(found: Sequence[Findings], cohort: Cohort, fold: Fold) -> list[Findings]:
    """Findings on a fold's test images, with the other images' best threshold.

    Boxes below it are kept: average precision and FROC rank them all.

    Args:
        found: findings on all images.
        cohort: the images.
        fold: whose test images are kept.
    """
    others = [
        one for one in found if one.image_id in cohort.boxes and one.image_id not in fold.test
    ]
    least, _ = best_threshold(image_boxes(others, cohort))
    return [replace(one, least_score=least) for one in found if one.image_id in fold.test]
