"""The longest spans take their tokens first."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extraction.batch.longest import keep_longest

_SPANS = st.lists(
    st.tuples(st.integers(0, 14), st.integers(1, 5)).map(lambda s: (s[0], s[0] + s[1])), max_size=14
)


def kept(spans: list[tuple[int, int]]) -> list[bool]:
    columns = np.array(spans, dtype=np.int64).reshape(-1, 2)
    return [bool(stays) for stays in keep_longest(columns[:, 0], columns[:, 1])]


def one_after_the_other(spans: list[tuple[int, int]]) -> list[bool]:
    """The same, slowly: the longest first, of equal lengths the leftmost, where all is free."""
    taken: dict[int, tuple[int, int]] = {}
    stays: set[tuple[int, int]] = set()
    for span in sorted(set(spans), key=lambda s: (s[0] - s[1], s[0])):
        if not any(token in taken for token in range(*span)):
            taken.update(dict.fromkeys(range(*span), span))
            stays.add(span)
    return [span in stays for span in spans]


def test_a_longer_span_wins_and_what_it_does_not_touch_stays() -> None:
    assert kept([(0, 2), (1, 4), (4, 5)]) == [False, True, True]


def test_what_overlaps_only_a_loser_stays() -> None:
    # The middle one loses to the last, so that the first has its tokens again.
    assert kept([(0, 2), (1, 4), (3, 7)]) == [True, False, True]


def test_equal_spans_stay_together() -> None:
    assert kept([(2, 4), (2, 4), (3, 4)]) == [True, True, False]


@given(_SPANS)
def test_it_is_what_one_after_the_other_would_keep(spans: list[tuple[int, int]]) -> None:
    assert kept(spans) == one_after_the_other(spans)
