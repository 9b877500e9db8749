"""Intervals of F1 by drawing reports anew."""

import numpy as np
import pytest

from pipeline.auditing.references.bootstrap import (
    DRAWS,
    count_reports,
    draw_reports,
    f1_of,
    interval,
)
from pipeline.auditing.references.reading import Decisions


def _counts(*reports: tuple[int, int, int]) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(reports, dtype=np.int64)[:, None, :]


def test_a_report_counts_as_hit_false_alarm_or_miss_and_what_is_left_out_as_nothing() -> None:
    truth = np.array([[True, False, True, True, False]])
    ours = np.array([[True, True, False, True, False]])
    left_out = np.array([[False, False, False, True, False]])
    counts = count_reports(Decisions(truth, np.zeros_like(truth)), Decisions(ours, left_out))
    assert counts[0].tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_drawing_kinds_of_reports_is_drawing_reports_one_by_one() -> None:
    rng = np.random.default_rng(3)
    reports = rng.integers(0, 3, size=(120, 2, 3))
    ours = f1_of(draw_reports(reports, seed=0)[:, 0])
    plain = f1_of(
        np.stack([reports[rng.integers(0, 120, 120), 0].sum(axis=0) for _ in range(DRAWS)])
    )
    assert np.mean(ours) == pytest.approx(np.mean(plain), abs=0.005)
    assert np.std(ours) == pytest.approx(np.std(plain), rel=0.15)
    for end, expected in zip(interval(ours), interval(plain), strict=True):
        assert end == pytest.approx(expected, abs=0.015)


def test_labels_of_one_report_are_drawn_together() -> None:
    counts = np.zeros((40, 2, 3), dtype=np.int64)
    counts[:10, :, 0] = 1
    drawn = draw_reports(counts, seed=1)
    assert np.array_equal(drawn[:, 0], drawn[:, 1])
    assert len(np.unique(drawn[:, 0, 0])) > 5


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    counts = _counts(*[(1, 0, 0)] * 30, *[(0, 1, 0)] * 5, *[(0, 0, 1)] * 9)
    first, again, other = (draw_reports(counts, seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_more_reports_of_the_same_kinds_give_a_narrower_interval() -> None:
    few = [(1, 0, 0)] * 20 + [(0, 1, 0)] * 3 + [(0, 0, 1)] * 2
    widths = []
    for times in (1, 16):
        low, high = interval(f1_of(draw_reports(_counts(*few * times), seed=0)[:, 0]))
        assert low is not None
        assert high is not None
        assert low < 40 / 45 < high
        widths.append(high - low)
    assert widths[0] / widths[1] == pytest.approx(4, rel=0.3)


def test_a_label_that_neither_side_has_has_no_interval() -> None:
    drawn = draw_reports(_counts(*[(0, 0, 0)] * 8), seed=0)
    assert interval(f1_of(drawn[:, 0])) == (None, None)
