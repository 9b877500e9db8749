"""Localization scores on images small enough to be counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.scoring.bootstrap import bootstrap
from model.scoring.localization import (
    ImageBoxes,
    accuracy_at,
    average_precision,
    pointing_game,
    rsna_score,
)
from model.scoring.matching import match
from model.scoring.overlap import as_boxes

LEFT, RIGHT = (0, 0, 10, 10), (20, 0, 30, 10)


def image(
    predicted: list[tuple[int, int, int, int]],
    reference: list[tuple[int, int, int, int]],
    scores: list[float] | None = None,
    subject: str = "p1",
) -> ImageBoxes:
    certain = scores if scores is not None else [1.0] * len(predicted)
    return ImageBoxes(
        "i1", subject, as_boxes(predicted), np.array(certain, float), as_boxes(reference)
    )


def test_the_more_certain_of_two_predictions_takes_the_box() -> None:
    matching = match(np.array([[0.9], [0.6]]), np.array([0.2, 0.8]), 0.5)
    assert matching.of_prediction.tolist() == [-1, 0]
    assert matching.of_reference.tolist() == [1]
    assert (matching.true_positives, matching.false_positives) == (1, 1)


def test_a_threshold_of_zero_still_wants_an_overlap() -> None:
    assert match(np.array([[0.0]]), np.array([1.0]), 0.0).true_positives == 0


def test_each_prediction_needs_its_score() -> None:
    with pytest.raises(ValueError, match="1 scores for 2 predicted boxes"):
        match(np.zeros((2, 1)), np.ones(1), 0.5)


@given(st.integers(0, 5), st.integers(0, 5), st.floats(0, 1), st.integers(0, 99))
def test_what_is_matched_is_matched_once(n: int, m: int, threshold: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    overlaps = rng.random((n, m))
    found = match(overlaps, rng.random(n), threshold)
    taken = found.of_prediction[found.of_prediction >= 0]
    assert len(set(taken.tolist())) == len(taken) == int((found.of_reference >= 0).sum())
    assert all(overlaps[found.of_reference[r], r] >= threshold for r in taken)


def test_accuracy_is_over_boxes_and_false_positives_over_images() -> None:
    images = [image([LEFT], [LEFT, RIGHT]), image([RIGHT], [])]
    score = accuracy_at(images, 0.5, "iou")
    assert (score.accuracy, score.false_positives) == (0.5, 0.5)


def test_a_small_box_inside_counts_by_iobb_but_not_by_iou() -> None:
    images = [image([(2, 2, 6, 6)], [LEFT])]
    assert accuracy_at(images, 0.5, "iobb").accuracy == 1
    assert accuracy_at(images, 0.5, "iou").accuracy == 0


def test_without_boxes_or_images_nothing_is_claimed() -> None:
    assert np.isnan(accuracy_at([image([LEFT], [])], 0.5, "iou").accuracy)
    assert np.isnan(accuracy_at([], 0.5, "iou").false_positives)
    assert np.isnan(average_precision([image([LEFT], [])], 0.5))
    assert np.isnan(rsna_score([image([], [])]))


def test_the_pointing_game_passes_over_images_without_boxes() -> None:
    images = [image([], [LEFT]), image([], [RIGHT]), image([], [])]
    assert pointing_game(images, [(5, 5), (5, 5), (5, 5)]) == 0.5


def test_average_precision_by_hand() -> None:
    # Hit, miss, hit of two boxes: precision 1 up to recall 1/2, then 2/3.
    images = [image([LEFT, (50, 50, 60, 60), RIGHT], [LEFT, RIGHT], [0.9, 0.8, 0.7])]
    assert average_precision(images, 0.5) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_rsna_leaves_out_what_is_rightly_empty_and_punishes_what_is_not() -> None:
    assert rsna_score([image([LEFT], [LEFT]), image([], [])]) == 1
    assert rsna_score([image([LEFT], [LEFT]), image([LEFT], [])]) == 0.5
    # An IoU of 0.6 counts at 0.40, 0.45, 0.50, 0.55 and 0.60.
    assert rsna_score([image([(0, 0, 6, 10)], [LEFT])]) == pytest.approx(5 / 8)


def test_intervals_draw_patients_not_images() -> None:
    many = [image([LEFT], [LEFT])] * 50 + [image([], [LEFT], subject="p2")] * 50
    interval = bootstrap(
        many,
        lambda i: i.subject_id,
        lambda images: accuracy_at(images, 0.5, "iou").accuracy,
        draws=200,
    )
    assert interval.value == 0.5
    # Two patients only: one draw in four has the first twice, one in four the second.
    assert (interval.low, interval.high) == (0, 1)


def test_a_bootstrap_of_nothing_is_undefined_and_a_wrong_level_refused() -> None:
    nothing = bootstrap([], str, lambda _: 1.0)
    assert np.isnan(nothing.value)
    with pytest.raises(ValueError, match="at level 2"):
        bootstrap(["a"], str, lambda _: 1.0, level=2)
