"""A scorecard on images small enough to be counted by hand."""

from typing import Any

import numpy as np
import pytest

from model.scoring.bootstrap import draw_patients
from model.scoring.localization import ImageBoxes
from model.scoring.overlap import as_boxes
from model.scoring.scorecard import (
    Score,
    ScoredImage,
    score_attributes,
    score_boxes,
    score_severity,
)

LEFT, RIGHT = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0)
Box = tuple[float, float, float, float]


def image(
    predicted: list[Box], reference: list[Box], scores: list[float] | None = None, **more: Any
) -> ScoredImage:
    certain = scores if scores is not None else [1.0] * len(predicted)
    boxes = ImageBoxes("i", "p", as_boxes(predicted), np.array(certain), as_boxes(reference))
    return ScoredImage(boxes, 40, 40, **more)


def scores_of(images: list[ScoredImage], least: float = 0.0) -> dict[tuple[str, str, float], float]:
    draws = draw_patients([str(n) for n in range(len(images))], 20)
    return {
        (one.score, one.overlap, one.threshold): one.interval.value
        for one in score_boxes(images, least, draws)
    }


def test_accuracy_is_over_boxes_and_false_positives_over_images() -> None:
    found = scores_of([image([LEFT], [LEFT, RIGHT]), image([RIGHT], [])])
    assert found["accuracy", "iou", 0.5] == 0.5
    assert found["false_positives", "iou", 0.5] == 0.5


def test_a_small_box_inside_counts_by_iobb_but_not_by_iou() -> None:
    found = scores_of([image([(2, 2, 6, 6)], [LEFT])])
    assert found["accuracy", "iobb", 0.9] == 1
    assert found["accuracy", "iou", 0.5] == 0


def test_boxes_below_the_threshold_are_not_shown_but_ranked() -> None:
    images = [image([LEFT, RIGHT], [LEFT, RIGHT], [0.9, 0.1])]
    found = scores_of(images, 0.5)
    assert found["accuracy", "iou", 0.5] == 0.5
    assert found["average_precision", "iou", 0.5] == 1
    assert found["mean_sensitivity", "iou", 0.5] == 1


def test_images_of_several_folds_have_each_their_own_threshold() -> None:
    images = [image([LEFT], [LEFT], [0.3]), image([LEFT], [LEFT], [0.6])]
    draws = draw_patients(["p", "q"], 5)
    accuracy = next(score for score in score_boxes(images, [0.2, 0.7], draws))
    assert (accuracy.score, accuracy.interval.value) == ("accuracy", 0.5)


def test_a_box_that_any_candidate_reaches_is_recalled_whatever_the_scores() -> None:
    images = [image([LEFT, LEFT], [LEFT, RIGHT], [0.0, 0.1]), image([], [RIGHT])]
    found = scores_of(images, 0.9)
    assert found["candidate_recall", "iou", 0.5] == pytest.approx(1 / 3)
    assert found["accuracy", "iou", 0.5] == 0


def test_sensitivity_is_read_at_four_numbers_of_false_positives_and_averaged() -> None:
    # A hit, then a false positive, then the other hit, on one image.
    images = [image([LEFT, (0, 30, 9, 39), RIGHT], [LEFT, RIGHT], [0.9, 0.8, 0.7])]
    scores = list(score_boxes(images, 0.0, draw_patients(["p"], 5)))
    read = {
        one.at_false_positives: one.interval.value
        for one in scores
        if (one.score, one.threshold) == ("sensitivity", 0.5)
    }
    assert read == {0.25: 0.5, 0.5: 0.5, 1.0: 1.0, 2.0: 1.0}
    (mean,) = (one for one in scores if (one.score, one.threshold) == ("mean_sensitivity", 0.5))
    assert mean.interval.value == 0.75


def test_without_boxes_nothing_is_claimed() -> None:
    found = scores_of([image([LEFT], [])])
    assert np.isnan(found["accuracy", "iou", 0.5])
    assert np.isnan(found["average_precision", "iou", 0.5])
    assert found["rsna", "none", 0.0] == 0


def test_pointing_nowhere_is_a_miss_and_images_without_boxes_are_passed_over() -> None:
    images = [
        image([], [LEFT], point=(5.0, 5.0)),
        image([], [RIGHT], point=None),
        image([], [], point=(5.0, 5.0)),
    ]
    assert scores_of(images)["pointing", "none", 0.0] == 0.5


def test_a_map_that_stands_out_in_the_box_has_contrast() -> None:
    values = np.random.default_rng(0).random((4, 4)) * 0.1
    values[0, 0] = 0.9
    flat = np.zeros((4, 4))
    sharp = scores_of([image([], [LEFT], evidence=values)])["contrast", "none", 0.0]
    assert sharp > 5
    assert np.isnan(scores_of([image([], [LEFT], evidence=flat)])["contrast", "none", 0.0])


def attribute_scores(images: list[ScoredImage]) -> dict[tuple[str, str], Score]:
    draws = draw_patients([str(n) for n in range(len(images))], 50)
    return {(one.score, one.subject): one for one in score_attributes(images, draws)}


def test_attributes_are_scored_where_enough_images_have_them() -> None:
    images = [
        image(
            [],
            [],
            probabilities={"side:left": n / 40, "zone:apex": 0.5},
            truth={"side:left": n >= 20, "zone:apex": n == 0},
        )
        for n in range(40)
    ]
    found = attribute_scores(images)
    assert found["auroc", "side:left"].interval.value == 1
    assert ("auroc", "zone:apex") not in found
    assert found["auroc", "macro"].interval.value == 1


def test_severity_is_scored_by_error_and_by_order() -> None:
    images = [
        image([], [], severity={"opacity": n + 1.0}, reference_severity={"opacity": float(n)})
        for n in range(12)
    ]
    draws = draw_patients([str(n) for n in range(12)], 50)
    found = {one.score: one.interval for one in score_severity(images, draws)}
    assert found["mae"].value == 1
    assert found["spearman"].value == pytest.approx(1)
    assert found["pearson"].value == pytest.approx(1)
    assert found["r2"].value == pytest.approx(1 - 12 / 143)
