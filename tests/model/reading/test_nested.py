"""Of boxes that lie within one another one is left, and nothing else is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.reading.findings import FoundBox
from model.reading.nested import NESTED_FROM, merge_nested, share_of_smaller


def box(left: float, upper: float, right: float, lower: float, score: float) -> FoundBox:
    return FoundBox((left, upper, right, lower), score, {})


edges = st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 40)] * 2).map(
    lambda e: (e[0], e[1], e[0] + e[2], e[1] + e[3])
)
boxes_of_one_image = st.lists(
    st.tuples(edges, st.integers(0, 1000)), max_size=12, unique_by=lambda one: one[1]
).map(lambda found: [FoundBox(own, score / 1000, {}) for own, score in found])


@given(boxes_of_one_image)
def test_what_is_left_is_not_nested_and_stands_for_what_is_not(boxes: list[FoundBox]) -> None:
    kept = merge_nested(boxes)
    scores = [one.score for one in kept]
    assert scores == sorted(scores, reverse=True)
    assert all(one in boxes for one in kept)
    for number, one in enumerate(kept):
        assert all(share_of_smaller(one, other) < NESTED_FROM for other in kept[:number])
    for dropped in (one for one in boxes if one not in kept):
        assert any(
            share_of_smaller(dropped, other) >= NESTED_FROM and other.score >= dropped.score
            for other in kept
        )


@given(boxes_of_one_image, st.randoms())
def test_neither_order_nor_a_second_time_changes_it(boxes: list[FoundBox], chance: object) -> None:
    kept = merge_nested(boxes)
    chance.shuffle(boxes)  # type: ignore[attr-defined]
    assert merge_nested(boxes) == kept
    assert merge_nested(kept) == kept


@given(boxes_of_one_image)
def test_whether_an_image_has_a_box_above_a_threshold_stays_as_it_is(
    boxes: list[FoundBox],
) -> None:
    kept = merge_nested(boxes)
    assert max((b.score for b in kept), default=0) == max((b.score for b in boxes), default=0)


@pytest.mark.parametrize(
    ("second", "count"),
    [
        ((2, 2, 8, 8), 1),  # wholly within
        ((0, 0, 10, 10), 1),  # the same
        ((5, 5, 15, 15), 2),  # a quarter of it
        ((8, 0, 18, 10), 2),  # side by side
        ((0, 0, 100, 100), 1),  # around the first
        ((1, 0, 6, 12), 1),  # five sixths of it
        ((1, 0, 6, 13), 2),  # ten thirteenths of it
    ],
)
def test_four_fifths_of_the_smaller_box_are_enough(
    second: tuple[int, int, int, int], count: int
) -> None:
    first = box(0, 0, 10, 10, 0.9)
    kept = merge_nested([first, box(*second, 0.5)])
    assert len(kept) == count
    assert kept[0] == first


def test_a_large_box_that_is_surer_takes_in_both_of_its_lungs_small_ones() -> None:
    small = [box(1, 1, 4, 4, 0.5), box(6, 6, 9, 9, 0.4)]
    assert merge_nested([*small, box(0, 0, 10, 10, 0.6)]) == (box(0, 0, 10, 10, 0.6),)
    assert merge_nested([*small, box(0, 0, 10, 10, 0.3)]) == tuple(small)


def test_a_box_without_area_lies_in_none() -> None:
    line = box(2, 2, 2, 8, 0.3)
    assert len(merge_nested([box(0, 0, 10, 10, 0.9), line])) == 2
