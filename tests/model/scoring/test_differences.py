"""Two methods are held against each other over the same draws of patients."""

import numpy as np
import pytest

from model.scoring.bootstrap import draw_patients
from model.scoring.differences import paired_differences
from model.scoring.localization import ImageBoxes
from model.scoring.overlap import as_boxes
from model.scoring.scorecard import Score, ScoredImage, score_boxes

THERE, ELSEWHERE = (0.0, 0.0, 10.0, 10.0), (20.0, 20.0, 30.0, 30.0)


def scores(found: list[bool], draws: int = 200) -> list[Score]:
    """Of a method that finds the box of some of the images, one a patient."""
    images = [
        ScoredImage(
            ImageBoxes(
                f"i{n}",
                f"p{n}",
                as_boxes([THERE if hit else ELSEWHERE]),
                np.array([0.5]),
                as_boxes([THERE]),
            ),
            40,
            40,
        )
        for n, hit in enumerate(found)
    ]
    patients = [image.boxes.subject_id for image in images]
    return list(score_boxes(images, 0.0, draw_patients(patients, draws)))


def accuracy(found: list[Score]) -> Score:
    named = ("accuracy", "iou", 0.5)
    (one,) = (one for one in found if (one.score, one.overlap, one.threshold) == named)
    return one


def test_a_method_has_no_difference_to_itself_however_wide_its_interval() -> None:
    own = scores([True, False] * 10)
    assert accuracy(own).interval.low < accuracy(own).interval.high
    for difference in paired_differences(own, own):
        assert not difference.drawn.any()


def test_a_lead_on_few_images_is_told_though_the_intervals_overlap() -> None:
    worse, better = scores([True] * 10 + [False] * 10), scores([True] * 16 + [False] * 4)
    assert accuracy(worse).interval.high > accuracy(better).interval.low
    difference = accuracy(list(paired_differences(worse, better)))
    assert difference.interval.value == pytest.approx(-0.3)
    assert difference.interval.high < 0


def test_scores_on_other_images_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="4 images and 201 draws against 3 and 201"):
        list(paired_differences(scores([True] * 4), scores([True] * 3)))


def test_only_scores_of_boxes_are_compared_at_two_overlaps() -> None:
    own = scores([True, False])
    compared = {(one.score, one.threshold) for one in paired_differences(own, own)}
    assert compared == {
        ("pointing", 0.0),
        *(
            (name, overlap)
            for name in ("accuracy", "average_precision", "mean_sensitivity", "sensitivity")
            for overlap in (0.3, 0.5)
        ),
    }
