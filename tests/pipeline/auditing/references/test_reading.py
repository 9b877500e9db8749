"""How hedged values are read."""

import numpy as np
import pandas as pd
import pytest

from pipeline.auditing.references.coding import Coding, load_coding, parse_readings
from pipeline.auditing.references.reading import Aspect, decide, decide_reference

OPENI = load_coding("openi_mesh")
NAN = float("nan")


def _frame(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {name.replace("__", ":"): v for name, v in columns.items()}, dtype="float32"
    )


def _positive(frame: pd.DataFrame, concept: str, coding: Coding = OPENI) -> list[bool]:
    decided: list[bool] = decide(frame, [concept], coding, "affirmed").positive[:, 0].tolist()
    return decided


def test_only_what_is_affirmed_counts_and_hedges_by_their_reading() -> None:
    frame = _frame(finding__opacity=[1, 0, -1, NAN], finding__pneumonia=[1, 0, -1, NAN])
    assert _positive(frame, "finding:opacity") == [True, False, True, False]
    assert _positive(frame, "finding:pneumonia") == [True, False, False, False]


def test_a_place_follows_the_hedged_finding_of_its_report() -> None:
    # "Possible opacity, left base", "possible pneumonia, left base", "left base atelectasis".
    frame = _frame(
        finding__opacity=[-1, NAN, NAN],
        finding__pneumonia=[NAN, -1, NAN],
        finding__atelectasis=[NAN, NAN, 1],
        side__left=[-1, -1, 1],
    )
    assert _positive(frame, "side:left") == [True, False, True]


def test_any_opacity_follows_the_kinds_of_opacity_that_are_hedged() -> None:
    frame = _frame(
        finding__airspace_disease=[-1, NAN, 0],
        finding__pneumonia=[NAN, -1, 1],
        finding__lung_opacity_any=[-1, -1, 1],
    )
    assert _positive(frame, "finding:lung_opacity_any") == [True, False, True]


def test_following_an_ignored_finding_is_ignored_unless_another_counts() -> None:
    coding = OPENI.with_readings(parse_readings(["finding:pneumonia=ignore"]), {})
    frame = _frame(finding__opacity=[NAN, -1], finding__pneumonia=[-1, -1], side__left=[-1, -1])
    decided = decide(frame, ["side:left", "finding:pneumonia"], coding, "affirmed")
    assert decided.positive.tolist() == [[False, False], [True, False]]
    assert decided.ignored.tolist() == [[True, True], [False, True]]


def test_the_references_hedges_have_readings_of_their_own() -> None:
    coding = load_coding("chexpert").with_readings({}, {"finding": "ignore"})
    frame = _frame(finding__pneumonia=[1, -1])
    decided = decide_reference(frame, ["finding:pneumonia"], coding, "affirmed")
    assert decided.ignored[:, 0].tolist() == [False, True]
    assert not decide(frame, ["finding:pneumonia"], coding, "affirmed").ignored.any()


@pytest.mark.parametrize(
    ("aspect", "positive"),
    [
        ("negated", [False, True, False, False]),
        ("uncertain", [False, False, True, False]),
        ("mentioned", [True, True, True, False]),
    ],
)
def test_denials_and_hedges_can_be_compared_themselves(
    aspect: Aspect, positive: list[bool]
) -> None:
    frame = _frame(finding__pneumonia=[1, 0, -1, NAN])
    decided = decide(frame, ["finding:pneumonia"], OPENI, aspect)
    assert decided.positive[:, 0].tolist() == positive
    assert not decided.ignored.any()


def test_a_concept_without_a_column_is_never_positive() -> None:
    decided = decide(_frame(finding__opacity=[1]), ["finding:mass"], OPENI, "affirmed")
    assert not np.any(decided.positive)
