"""FROC as its definition reads, held equal to a count of one box after the other."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.scoring.froc import froc_curve, sensitivity_at
from model.scoring.localization import ImageBoxes
from model.scoring.overlap import as_boxes, iou
from model.scoring.ranked_boxes import RankedBoxes, rank_boxes

Box = tuple[float, bool, int]
IMAGES = 3
boxes = st.lists(
    st.tuples(st.integers(0, 4).map(float), st.booleans(), st.integers(0, IMAGES - 1)), max_size=12
)


def ranked(found: Sequence[Box], missed: Sequence[int]) -> RankedBoxes:
    """Boxes as score, whether they hit, and image; each image has some more that none hits."""
    scores, hits, of_image = zip(*found, strict=True) if found else ((), (), ())
    hit = np.array(hits, dtype=np.bool_)
    images = np.array(of_image, dtype=np.int64)
    wanted = np.bincount(images[hit], minlength=len(missed)) + np.array(missed, dtype=float)
    return RankedBoxes(np.array(scores, dtype=float), hit, images, wanted)


def read_plainly(
    found: Sequence[Box], missed: Sequence[int], counts: Sequence[int], false_positives: float
) -> float:
    """Sensitivity at so many false positives, of images that are each there `counts` times."""
    images = sum(counts)
    wanted = sum(count * more for count, more in zip(counts, missed, strict=True))
    wanted += sum(counts[image] for _, hit, image in found if hit)
    if not wanted:
        return float("nan")
    points, hits, misses = [(0.0, 0.0)], 0, 0
    for score in sorted({score for score, _, _ in found}, reverse=True):
        for own, hit, image in found:
            if own == score and hit:
                hits += counts[image]
            elif own == score:
                misses += counts[image]
        points.append((misses / images, hits / wanted))
    read = 0.0
    for (cost, low), (next_cost, high) in pairwise(points):
        if next_cost <= false_positives:
            read = high
        elif cost <= false_positives:
            read = low + (false_positives - cost) / (next_cost - cost) * (high - low)
    return read


@given(
    boxes,
    st.lists(st.integers(0, 2), min_size=IMAGES, max_size=IMAGES),
    st.lists(st.integers(0, 2), min_size=IMAGES, max_size=IMAGES).filter(any),
    st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0]),
)
def test_it_is_the_plain_count_with_whatever_ties_and_weights(
    found: list[Box], missed: list[int], counts: list[int], false_positives: float
) -> None:
    draws = np.array([[1] * IMAGES, counts], dtype=float)
    curve = froc_curve(ranked(found, missed), draws)
    expected = [read_plainly(found, missed, own, false_positives) for own in ([1] * IMAGES, counts)]
    assert sensitivity_at(curve, false_positives) == pytest.approx(expected, nan_ok=True)
    assert (np.diff(curve.false_positives, axis=1) >= 0).all()


def read(found: Sequence[Box], missed: Sequence[int], *numbers: float) -> list[float]:
    curve = froc_curve(ranked(found, missed), np.ones((1, len(missed))))
    return [float(sensitivity_at(curve, number)[0]) for number in numbers]


def test_equal_scores_enter_together_and_between_points_a_line_is_drawn() -> None:
    # On two images a hit and two false positives of one score: from nothing to (1, 1/2).
    tied = [(0.5, True, 0), (0.5, False, 0), (0.5, False, 1)]
    assert read(tied, [0, 1], 0.25, 0.5, 1.0, 2.0) == [0.125, 0.25, 0.5, 0.5]


def test_beyond_the_last_box_nothing_more_is_found() -> None:
    assert read([(0.9, True, 0), (0.8, False, 0)], [1], 1.0, 2.0) == [0.5, 0.5]


def test_where_nothing_is_shown_nothing_is_found() -> None:
    assert read([], [2], 0.25, 2.0) == [0.0, 0.0]


def test_where_nothing_is_to_be_found_nothing_is_claimed() -> None:
    assert np.isnan(read([(0.9, False, 0)], [0], 0.25, 2.0)).all()


def test_a_second_box_on_what_is_found_is_a_false_positive() -> None:
    there = (0.0, 0.0, 10.0, 10.0)
    image = ImageBoxes("i", "p", as_boxes([there, there]), np.array([0.9, 0.8]), as_boxes([there]))
    overlaps = [iou(image.predicted, image.reference)]
    assert rank_boxes([image], overlaps, 0.5).hits.tolist() == [True, False]
