"""Overlaps of boxes, against what counting pixels gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.scoring.overlap import areas, as_boxes, corners, dice, intersections, iobb, iou

SIDE = 24
edges = st.tuples(st.integers(0, SIDE), st.integers(0, SIDE)).map(sorted)
boxes = st.lists(
    st.tuples(edges, edges).map(lambda e: (e[0][0], e[1][0], e[0][1], e[1][1])), max_size=4
).map(as_boxes)


def pixels(box: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    grid = np.zeros((SIDE, SIDE), dtype=bool)
    left, upper, right, lower = box.astype(int)
    grid[upper:lower, left:right] = True
    return grid


@given(boxes, boxes)
def test_overlaps_are_those_of_the_pixels(first: np.ndarray, second: np.ndarray) -> None:  # type: ignore[type-arg]
    shared, union, over = intersections(first, second), iou(first, second), iobb(first, second)
    for i, one in enumerate(map(pixels, first)):
        for j, other in enumerate(map(pixels, second)):
            common, either = (one & other).sum(), (one | other).sum()
            assert shared[i, j] == common
            assert union[i, j] == pytest.approx(common / either if either else 0)
            assert over[i, j] == pytest.approx(common / one.sum() if one.sum() else 0)


@given(boxes, boxes)
def test_iou_is_symmetric_and_never_above_iobb(first: np.ndarray, second: np.ndarray) -> None:  # type: ignore[type-arg]
    assert np.allclose(iou(first, second), iou(second, first).T)
    assert np.all(iou(first, second) <= iobb(first, second) + 1e-12)


@given(boxes)
def test_a_box_is_all_its_own(found: np.ndarray) -> None:  # type: ignore[type-arg]
    own = np.diag(iou(found, found))
    assert np.allclose(own, areas(found) > 0)


def test_dice_counts_pixels_under_any_box_once() -> None:
    predicted = as_boxes([(0, 0, 4, 4), (2, 0, 6, 4)])
    assert dice(predicted, as_boxes([(0, 0, 6, 4)]), 10, 10) == 1
    assert dice(predicted, as_boxes([(6, 4, 8, 8)]), 10, 10) == 0
    assert dice(as_boxes([]), as_boxes([]), 10, 10) == 1


def test_a_box_that_ends_before_it_begins_is_refused() -> None:
    assert corners(1, 2, 3, 4) == (1, 2, 4, 6)
    with pytest.raises(ValueError, match="box 1 ends before it begins"):
        as_boxes([(0, 0, 1, 1), (5, 0, 4, 1)])
