"""Localization scores on images small enough to be counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.scoring.localization import ImageBoxes, rsna_of
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


def test_rsna_punishes_what_is_wrong_and_leaves_out_what_is_rightly_empty() -> None:
    assert rsna_of(image([LEFT], [LEFT])) == 1
    assert rsna_of(image([LEFT], [])) == 0
    assert np.isnan(rsna_of(image([], [])))
    # An IoU of 0.6 counts at 0.40, 0.45, 0.50, 0.55 and 0.60.
    assert rsna_of(image([(0, 0, 6, 10)], [LEFT])) == pytest.approx(5 / 8)
