"""Which of many decisions stand."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pipeline.labelling.decision import Decision, decisions_table, read_decisions, which_stand

FIRST = Decision(
    correction_id="1",
    time=datetime(2026, 11, 1, tzinfo=UTC),
    reviewer="ada",
    action="change",
    report_id="r1",
    report_digest="d",
    start=0,
    end=7,
    phrase="opacity",
    before_concept="finding:opacity",
    before_assertion="affirmed",
    after_concept="finding:opacity",
    after_assertion="negated",
    lexicon="l",
)


def ids(decisions: list[Decision]) -> list[str]:
    return [decision.correction_id for decision in decisions]


def test_the_last_decision_on_a_mention_stands_whoever_made_it() -> None:
    second = replace(FIRST, correction_id="2", reviewer="bo", after_assertion="uncertain")
    elsewhere = replace(FIRST, correction_id="3", start=20, end=27)
    stand = which_stand([FIRST, second, elsewhere])
    assert ids(stand.standing) == ["2", "3"]
    assert ids(stand.overruled) == ["1"]


def test_a_withdrawal_takes_back_ones_own_and_lets_the_others_stand_again() -> None:
    second = replace(FIRST, correction_id="2", reviewer="bo")
    withdrawal = replace(second, correction_id="3", action="withdraw")
    stand = which_stand([FIRST, second, withdrawal])
    assert ids(stand.standing) == ["1"]
    assert ids(stand.withdrawn) == ["2", "3"]


def test_two_concepts_of_one_phrase_are_decided_apart() -> None:
    other = replace(FIRST, correction_id="2", before_concept="side:left")
    assert ids(which_stand([FIRST, other]).standing) == ["1", "2"]


@given(
    st.lists(
        st.builds(
            lambda who, what, where: (who, what, where),
            st.sampled_from("ab"),
            st.sampled_from(["accept", "remove", "withdraw"]),
            st.integers(0, 2),
        ),
        max_size=12,
    )
)
def test_every_decision_is_either_standing_overruled_or_withdrawn(
    made: list[tuple[str, str, int]],
) -> None:
    decisions = [
        replace(FIRST, correction_id=str(i), reviewer=who, action=what, start=where)  # type: ignore[arg-type]
        for i, (who, what, where) in enumerate(made)
    ]
    stand = which_stand(decisions)
    told = ids(stand.standing) + ids(stand.overruled) + ids(stand.withdrawn)
    assert sorted(told) == sorted(ids(decisions))
    assert len({decision.target for decision in stand.standing}) == len(stand.standing)
    assert all(decision.action != "withdraw" for decision in stand.standing)


def test_decisions_come_back_from_their_table() -> None:
    assert read_decisions(decisions_table([FIRST])) == [FIRST]
