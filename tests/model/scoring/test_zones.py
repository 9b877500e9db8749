"""Zones of the lungs on maps small enough to be counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.images import LUNG_ZONES
from model.scoring.bootstrap import draw_patients
from model.scoring.zones import score_zones, zone_boxes, zone_evidence

#: On an image of 80 by 60 pixels.
RIGHT, LEFT = (0.0, 0.0, 40.0, 60.0), (40.0, 0.0, 80.0, 60.0)


def test_each_lung_is_three_zones_and_the_right_one_is_left_in_the_picture() -> None:
    zones = dict(zip(LUNG_ZONES, zone_boxes(np.array([LEFT, RIGHT])).tolist(), strict=True))
    assert zones["right_upper"] == [0, 0, 40, 20]
    assert zones["right_lower"] == [0, 40, 40, 60]
    assert zones["left_middle"] == [40, 20, 80, 40]


def test_one_lung_is_not_enough() -> None:
    with pytest.raises(ValueError, match="expected two lungs"):
        zone_boxes(np.array([LEFT]))


def test_a_finding_is_told_in_its_zone_by_the_part_that_it_fills() -> None:
    evidence = np.zeros((6, 8))
    evidence[4:, 4:6] = 1.0
    found = zone_evidence(evidence, zone_boxes(np.array([RIGHT, LEFT])), 80, 60)
    assert found.tolist() == [0, 0, 0, 0, 0, 0.5]


def test_cells_that_a_zone_cuts_count_by_their_part_in_it() -> None:
    # Of two cells, one of them bright, the zone has a quarter of the bright one and the other.
    zone = np.array([[30.0, 0.0, 80.0, 60.0]])
    assert zone_evidence(np.array([[1.0, 0.0]]), zone, 80, 60) == pytest.approx([0.2])


@given(st.floats(0, 1))
def test_a_level_map_is_as_high_in_every_zone(level: float) -> None:
    zones = zone_boxes(np.array([(3.3, 7.7, 30.1, 50.9), (41.0, -5.0, 90.0, 44.4)]))
    found = zone_evidence(np.full((32, 32), level), zones, 80, 60)
    assert found == pytest.approx([level] * 6)


def test_a_zone_outside_of_the_image_has_no_evidence() -> None:
    assert np.isnan(zone_evidence(np.ones((2, 2)), np.array([[90.0, 0, 99, 9]]), 80, 60)).all()


def test_evidence_that_rises_with_the_grade_tells_all_and_what_is_unknown_is_left_out() -> None:
    graded = np.array([[0, 0, 1, 0, 0, 0], [0, 1, 2, 0, 1, 3], [0, 0, 3, 2, 0, 0]], dtype=float)
    graded = np.concatenate([graded, [[np.nan, 0, 3, 0, 0, 0]]])
    found = np.nan_to_num(graded, nan=9.0) / 10
    scores = score_zones(found, graded, draw_patients(["p", "q", "r", "s"], 20))
    assert scores["zone_auroc"][0] == 1
    assert scores["zone_sum_spearman"][0] == pytest.approx(1)
    backwards = score_zones(-found, graded, draw_patients(["p", "q", "r", "s"], 20))
    assert backwards["zone_auroc"][0] == 0
    assert backwards["zone_sum_spearman"][0] == pytest.approx(-1)


def test_zones_of_one_patient_are_drawn_together() -> None:
    graded = np.array([[0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0]], dtype=float)
    found = np.array([[0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1]], dtype=float)
    drawn = score_zones(found, graded, draw_patients(["p", "q"], 50))["zone_auroc"]
    assert drawn[0] == 0.5
    assert set(drawn[1:].tolist()) == {0.0, 0.5, 1.0}
