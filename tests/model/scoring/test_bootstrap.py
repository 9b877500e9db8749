"""Intervals honour that images of one patient stand or fall together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.scoring.bootstrap import draw_patients, interval, mean, ratio


def test_intervals_draw_patients_not_images() -> None:
    subjects = ["p1"] * 50 + ["p2"] * 50
    found = interval(mean([1.0] * 50 + [0.0] * 50, draw_patients(subjects, 200)))
    assert found.value == 0.5
    # Two patients only: one draw in four has the first twice, one in four the second.
    assert (found.low, found.high) == (0, 1)


def test_equal_seeds_draw_equally_so_that_methods_can_be_compared() -> None:
    subjects = [f"p{n % 7}" for n in range(20)]
    first, second = draw_patients(subjects, 50, seed=3), draw_patients(subjects, 50, seed=3)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, draw_patients(subjects, 50, seed=4))


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=30), st.integers(1, 20))
def test_each_draw_has_as_many_patients_as_there_are(subjects: list[str], draws: int) -> None:
    weights = draw_patients(subjects, draws)
    assert weights.shape == (draws + 1, len(subjects))
    assert (weights[0] == 1).all()
    first_of = [subjects.index(subject) for subject in sorted(set(subjects))]
    assert (weights[1:, first_of].sum(axis=1) == len(first_of)).all()


def test_what_is_not_known_is_passed_over_and_nothing_is_undefined() -> None:
    draws = draw_patients(["a", "b", "c"], 20)
    assert mean([1.0, np.nan, 3.0], draws)[0] == 2
    assert np.isnan(ratio([0, 0, 0], [0, 0, 0], draws)).all()
    nothing = interval(np.full(21, np.nan))
    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()


def test_no_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="0 draws"):
        draw_patients(["a"], 0)
