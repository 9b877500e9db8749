"""Two halves of the reports: stable, even, and scored apart."""

import numpy as np
import pandas as pd
import pytest

from pipeline.auditing.references.halves import in_half_a, score_halves
from pipeline.auditing.references.reading import Decisions

CONCEPTS = ["finding:opacity", "side:left"]


def _decisions(opacity: np.ndarray) -> Decisions:  # type: ignore[type-arg]
    positive = np.stack([opacity, np.zeros_like(opacity)], axis=1)
    return Decisions(positive, np.zeros_like(positive))


def test_a_report_stays_in_its_half_whatever_stands_beside_it() -> None:
    ids = pd.Index([str(i) for i in range(1, 2001)])
    whole = in_half_a(ids)
    assert np.array_equal(in_half_a(ids[::-1]), whole[::-1])
    assert np.array_equal(in_half_a(ids[500:600]), whole[500:600])
    # Written down, since a half that moves would have its reports seen.
    assert in_half_a(pd.Index(["1", "2", "3", "4", "5", "6", "r0000012"])).tolist() == [
        True, False, False, False, True, True, True,
    ]  # fmt: skip
    assert 0.45 < whole.mean() < 0.55


def test_a_rule_that_holds_in_half_a_alone_shows_as_a_distance() -> None:
    ids = pd.Index([str(i) for i in range(600)])
    half_a = in_half_a(ids)
    truth = np.arange(600) % 3 == 0
    # Every other positive of half B is missed.
    ours = truth & (half_a | (np.arange(600) % 2 == 0))
    row, nothing = score_halves(_decisions(truth), _decisions(ours), CONCEPTS, half_a).to_pylist()
    assert (row["group"], row["reports_a"] + row["reports_b"]) == ("finding", 600)
    assert row["support_a"] + row["support_b"] == 200
    assert row["f1_a"] == 1.0
    assert row["distance"] == pytest.approx(1.0 - row["f1_b"])
    assert 0 < row["distance_low"] < row["distance"] < row["distance_high"]
    assert row["f1_b_low"] < row["f1_b"] < row["f1_b_high"]
    assert (nothing["group"], nothing["f1_a"], nothing["distance"]) == ("side", None, None)


def test_halves_alike_have_an_interval_of_distance_around_nothing() -> None:
    ids = pd.Index([str(i) for i in range(900)])
    truth = np.arange(900) % 3 == 0
    ours = truth & (np.arange(900) % 5 > 0)
    row = score_halves(_decisions(truth), _decisions(ours), CONCEPTS, in_half_a(ids)).to_pylist()[0]
    assert row["distance_low"] < 0 < row["distance_high"]


def test_a_half_without_reports_has_no_figures() -> None:
    truth = np.ones(4, dtype=np.bool_)
    row = score_halves(
        _decisions(truth), _decisions(truth), CONCEPTS, np.ones(4, dtype=np.bool_)
    ).to_pylist()[0]
    assert (row["reports_a"], row["f1_a"]) == (4, 1.0)
    assert (row["reports_b"], row["f1_b"], row["distance"], row["distance_low"]) == (
        0, None, None, None,
    )  # fmt: skip
