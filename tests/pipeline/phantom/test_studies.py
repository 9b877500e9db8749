"""Patients, their lesions over time, and the severity that follows from them."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.phantom import DEVICES, LESION_AGES, LESION_KINDS
from pipeline.phantom.dice import Dice
from pipeline.phantom.lesions import Lesion, LesionGroup, draw_group, evolve
from pipeline.phantom.studies import (
    PhantomStudy,
    detector_studies,
    geographic_extent,
    opacity_score,
    reported_studies,
)


@cache
def studies() -> tuple[PhantomStudy, ...]:
    return tuple(reported_studies(seed=5, first=0, last=1500))


def study_with(*groups: LesionGroup) -> PhantomStudy:
    return replace(studies()[0], groups=groups)


def group(kind: str, *lesions: Lesion, age: str = "new") -> LesionGroup:
    return LesionGroup(0, kind, age, 1.0, "", lesions)


def lesion(side: str, width: float, height: float, density: float) -> Lesion:
    return Lesion(side, "lower_lobe", 0.5, 0.5, width, height, density)


def test_patients_keep_to_one_role_and_split() -> None:
    by_patient: dict[str, set[tuple[str, str]]] = {}
    for study in studies():
        by_patient.setdefault(study.subject_id, set()).add((study.role, study.split))
    assert all(len(places) == 1 for places in by_patient.values())
    assert len(by_patient) < len(studies())
    assert {role for places in by_patient.values() for role, _ in places} == {
        "training",
        "localization",
        "severity",
    }


def test_a_prior_is_the_same_patients_study_before() -> None:
    by_number = {study.number: study for study in studies()}
    followed = [study for study in studies() if study.prior is not None]
    assert followed
    for study in followed:
        assert study.prior is not None
        assert by_number[study.prior].subject_id == study.subject_id
        assert study.prior == study.number - 1


def test_only_follow_ups_have_old_lesions() -> None:
    for study in studies():
        ages = {g.age for g in study.groups}
        assert ages <= set(LESION_AGES)
        assert study.prior is not None or ages <= {"new"}


def test_the_detectors_cohort_has_no_reports_and_one_study_a_patient() -> None:
    detector = list(detector_studies(seed=5, first=0, last=200))
    assert not any(study.has_report for study in detector)
    assert len({study.subject_id for study in detector}) == 200
    assert {study.split for study in detector} == {"train", "validate", "test"}
    assert not {s.study_id for s in detector} & {s.study_id for s in studies()}


def test_kinds_and_devices_are_those_of_the_contract() -> None:
    assert {g.kind for study in studies() for g in study.groups} == set(LESION_KINDS)
    assert {name for study in studies() for name in study.devices} == set(DEVICES)


@given(kind=st.sampled_from(LESION_KINDS), number=st.integers(0, 5000), growth=st.floats(0.7, 3.0))
def test_lesions_stay_within_their_lung(kind: str, number: int, growth: float) -> None:
    dice = Dice(3, 9, number)
    drawn = draw_group(dice, 0, kind, growth)
    for state in (drawn, evolve(dice, drawn)):
        for one in state.lesions:
            assert one.width / 2 <= one.x <= 1 - one.width / 2
            assert one.height / 2 <= one.y <= 1 - one.height / 2
            assert 0 < one.density <= 1
            assert 0 < one.extent <= 1
    if "lingula" in {one.place for one in drawn.lesions}:
        assert drawn.sides == ("left",)
    if "middle_lobe" in {one.place for one in drawn.lesions}:
        assert drawn.sides == ("right",)


def test_growth_and_improvement_show_in_size() -> None:
    dice = Dice(1, 9, 0)
    before = draw_group(dice, 0, "patchy", 1.0)
    for _ in range(60):
        after = evolve(dice, before)
        if after.age == "increased":
            assert after.lesions[0].extent > before.lesions[0].extent
        elif after.age == "decreased":
            assert after.lesions[0].extent < before.lesions[0].extent
        else:
            assert after.lesions == before.lesions


@pytest.mark.parametrize(
    ("width", "height", "extent"), [(0.5, 0.5, 1), (0.7, 0.7, 2), (0.9, 0.9, 3), (0.98, 0.99, 4)]
)
def test_extent_counts_quarters_of_each_lung(width: float, height: float, extent: int) -> None:
    assert geographic_extent(study_with(group("patchy", lesion("right", width, height, 0.4)))) == (
        extent
    )
    both = group("patchy", *(lesion(side, width, height, 0.4) for side in ("right", "left")))
    assert geographic_extent(study_with(both)) == 2 * extent


@pytest.mark.parametrize(
    ("size", "density", "score"), [(0.5, 0.4, 1), (0.5, 0.7, 2), (0.5, 0.9, 2), (0.95, 0.9, 3)]
)
def test_opacity_goes_from_ground_glass_to_white_out(
    size: float, density: float, score: int
) -> None:
    dense = group("consolidation", lesion("left", size, size, density))
    assert opacity_score(study_with(dense)) == score


def test_effusions_and_resolved_lesions_do_not_count_as_severity() -> None:
    effusion = group("effusion", lesion("left", 0.9, 0.3, 0.9))
    gone = group("consolidation", lesion("right", 0.5, 0.5, 0.8), age="resolved")
    assert geographic_extent(study_with(effusion, gone)) == 0
    assert opacity_score(study_with(effusion, gone)) == 0
    assert [one.side for one in study_with(effusion, gone).lesions] == ["left"]
    assert geographic_extent(study_with()) == opacity_score(study_with()) == 0


def test_ground_glass_is_fainter_and_dense_is_denser_than_usual() -> None:
    density: dict[str, list[float]] = {}
    for number in range(600):
        drawn = draw_group(Dice(5, 9, number), 0, "consolidation" if number % 2 else "patchy", 1.0)
        density.setdefault(drawn.texture, []).extend(x.density for x in drawn.lesions)
    mean = {texture: sum(all_of) / len(all_of) for texture, all_of in density.items()}
    assert mean["dense"] > 1.2 * mean["focal"]
    assert mean["ground_glass"] < 0.85 * mean["patchy"]
    assert all(0 < value <= 1 for all_of in density.values() for value in all_of)
