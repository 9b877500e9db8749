"""Ratios estimated from strata: right on average, and their intervals cover."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.auditing.measuring.estimation import Design, Estimate, estimate_ratio

SIZES = np.array([900.0, 80.0, 20.0])
DRAWN = (30, 15, 10)
#: Share of right mentions in each stratum.
RIGHT = (0.97, 0.7, 0.4)


def population(
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    stratum = np.repeat(np.arange(3), SIZES.astype(int))
    of = rng.poisson(6, len(stratum)).astype(float)
    # Mentions of a report are right or wrong together more often than not.
    own = np.clip(np.array(RIGHT)[stratum] + rng.normal(0, 0.1, len(stratum)), 0, 1)
    return stratum, rng.binomial(of.astype(int), own).astype(float), of


def test_rare_strata_do_not_distort_the_ratio_and_intervals_cover_the_truth() -> None:
    rng = np.random.default_rng(0)
    stratum, right, of = population(rng)
    truth = right.sum() / of.sum()
    unweighted, values, covered = [], [], 0
    for _ in range(400):
        rows = np.concatenate(
            [
                rng.choice(np.flatnonzero(stratum == h), n, replace=False)
                for h, n in enumerate(DRAWN)
            ]
        )
        found = estimate_ratio(right[rows], of[rows], Design(stratum[rows], SIZES))
        assert found is not None
        values.append(found.value)
        unweighted.append(right[rows].sum() / of[rows].sum())
        covered += found.low <= truth <= found.high
    assert np.mean(values) == pytest.approx(truth, abs=0.005)
    assert np.mean(unweighted) < truth - 0.05
    assert covered / 400 >= 0.93


def test_a_census_leaves_nothing_open() -> None:
    design = Design(np.array([0, 0, 1]), np.array([2.0, 1.0]))
    found = estimate_ratio(np.array([1.0, 0, 3]), np.array([2.0, 1, 3]), design)
    assert found == Estimate(4 / 6, 4 / 6, 4 / 6)


def test_a_sample_without_errors_still_leaves_room_for_some() -> None:
    design = Design(np.zeros(20, dtype=np.int64), np.array([1000.0]))
    found = estimate_ratio(np.full(20, 3.0), np.full(20, 3.0), design)
    assert found is not None
    assert found.value == found.high == 1.0
    assert 0.9 < found.low < 0.96


def test_nothing_to_count_among_is_no_ratio() -> None:
    design = Design(np.array([0]), np.array([10.0]))
    assert estimate_ratio(np.zeros(1), np.zeros(1), design) is None


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 5)), min_size=1),
    st.integers(1, 50),
)
def test_an_interval_holds_its_estimate_and_stays_between_0_and_1(
    reports: list[tuple[int, int, int]], beyond: int
) -> None:
    stratum = np.array([one[0] for one in reports])
    right = np.array([one[1] for one in reports], dtype=float)
    of = right + np.array([one[2] for one in reports])
    sizes = np.bincount(stratum, minlength=3) + float(beyond)
    found = estimate_ratio(right, of, Design(stratum, sizes))
    if found is None:
        assert of.sum() == 0
    else:
        assert 0 <= found.low <= found.value + 1e-9
        assert found.value - 1e-9 <= found.high <= 1
