"""The longest spans take their tokens first."""

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extraction.batch.longest import keep_longest
from pipeline.rules.overlaps import keep_longest as keep_longest_one_by_one


class _Span(NamedTuple):
    start: int
    end: int


_SPANS = st.lists(
    st.tuples(st.integers(0, 14), st.integers(1, 5)).map(lambda s: (s[0], s[0] + s[1])), max_size=14
)


def kept(spans: list[tuple[int, int]]) -> list[bool]:
    columns = np.array(spans, dtype=np.int64).reshape(-1, 2)
    return [bool(stays) for stays in keep_longest(columns[:, 0], columns[:, 1])]


def test_a_longer_span_wins_and_what_it_does_not_touch_stays() -> None:
    assert kept([(0, 2), (1, 4), (4, 5)]) == [False, True, True]


def test_what_overlaps_only_a_loser_stays() -> None:
    # The middle one loses to the last, so that the first has its tokens again.
    assert kept([(0, 2), (1, 4), (3, 7)]) == [True, False, True]


def test_equal_spans_stay_together() -> None:
    assert kept([(2, 4), (2, 4), (3, 4)]) == [True, True, False]


@given(_SPANS)
def test_it_is_what_the_rule_keeps(spans: list[tuple[int, int]]) -> None:
    phrases = [_Span(start, end) for start, end in spans]
    staying = {id(phrase) for phrase in keep_longest_one_by_one(phrases)}
    assert kept(spans) == [id(phrase) in staying for phrase in phrases]
