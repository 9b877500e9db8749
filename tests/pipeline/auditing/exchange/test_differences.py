"""From two states of a report to decisions, and by these from one state to the other."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from pipeline.auditing.exchange.annotations import Exported, Mark, Returned, Stamp, shown
from pipeline.auditing.exchange.differences import find_differences
from pipeline.auditing.exchange.errors import RefusedError
from pipeline.auditing.exchange.importing import Taken, Taking, take
from pipeline.labelling.applying import correct_report

TEXT = "Patchy opacity at the left base, and a small right effusion. "
CONCEPTS = {
    "finding": ("finding:opacity", "finding:pneumonia", "finding:atelectasis"),
    "side": ("side:left", "side:right"),
    "zone": ("zone:base", "zone:lower_lobe"),
    "descriptor": ("descriptor:patchy", "descriptor:small"),
}
ASSERTIONS = ("affirmed", "negated", "uncertain", "historical", "hypothetical")
SPANS = ((0, 6), (7, 14), (0, 14), (18, 31), (22, 26), (27, 31), (39, 44), (45, 50), (51, 59))
NAMES = {one: one for concepts in CONCEPTS.values() for one in concepts}
TAKING = Taking("ada", NAMES, datetime(2026, 11, 1, tzinfo=UTC))
OPACITY = Mark(7, 14, "finding:opacity", "affirmed")
LEFT = Mark(22, 26, "side:left", "affirmed", ((7, 14),))


@st.composite
def states(draw: st.DrawFn) -> tuple[Mark, ...]:
    """A report's mentions, every place and descriptor with the findings it belongs to."""
    keys = draw(st.sets(st.tuples(st.sampled_from(SPANS), st.sampled_from(list(CONCEPTS)))))
    marks = [
        Mark(*span, draw(st.sampled_from(CONCEPTS[category])), draw(st.sampled_from(ASSERTIONS)))
        for span, category in sorted(keys)
    ]
    findings = sorted({mark.span for mark in marks if mark.category == "finding"})
    return tuple(
        sorted(
            mark if mark.category == "finding"
            else replace(mark, findings=draw(_subset(findings, 2)))
            for mark in marks
        )
    )  # fmt: skip


def _subset(spans: list[tuple[int, int]], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    if not spans:
        return st.just(())
    one = st.sampled_from(spans).map(lambda span: [span])
    chosen = one | one | st.lists(st.sampled_from(spans), unique=True, max_size=most)
    return chosen.map(lambda found: tuple(sorted(found)))


@given(before=states(), after=states())
def test_the_decisions_make_the_one_of_the_other(
    before: tuple[Mark, ...], after: tuple[Mark, ...]
) -> None:
    taken = _take(before, after)
    if isinstance(taken, RefusedError):
        # What a decision cannot say: a phrase that is tied anew to no finding, or to several.
        event("refused")
        assert any(why in str(taken) for why in ("to no finding", "several findings"))
        assert any(mark.category != "finding" and len(mark.findings) != 1 for mark in after)
        return
    event("applied")
    decisions = taken.decisions
    mentions, findings = _rows(before)
    report = {"report_id": "r1", "text": TEXT, "sections": []}
    corrected = correct_report(report, mentions, findings, decisions, frozenset(NAMES))
    assert set(corrected.outcomes.values()) <= {"applied"}
    assert _state(corrected.mentions, corrected.findings) == set(after)


@given(state=states())
def test_equal_states_give_no_decision(state: tuple[Mark, ...]) -> None:
    assert find_differences(state, state, TEXT) == []


def test_what_belongs_to_what_is_left_alone_where_the_tool_does_not_tell() -> None:
    after = [OPACITY, replace(LEFT, findings=(), concept_id="side:right")]
    (asked,) = find_differences([OPACITY, LEFT], after, TEXT, related=False)
    assert (asked.after_concept, asked.finding_start) == ("side:right", None)
    with pytest.raises(RefusedError, match="belongs to no finding"):
        find_differences([OPACITY], after, TEXT, related=False)


def test_a_moved_phrase_is_removed_and_added() -> None:
    asked = find_differences([OPACITY], [replace(OPACITY, start=0)], TEXT)
    assert [(one.action, one.start) for one in asked] == [("remove", 7), ("add", 0)]


def test_two_new_phrases_of_a_category_on_the_same_words_are_refused() -> None:
    with pytest.raises(RefusedError, match="one of two"):
        find_differences([], [OPACITY, replace(OPACITY, concept_id="finding:pneumonia")], TEXT)


def test_blanks_alone_are_no_phrase() -> None:
    with pytest.raises(RefusedError, match="only blanks"):
        find_differences([], [replace(OPACITY, start=14, end=15)], TEXT)


def _take(before: Sequence[Mark], after: Sequence[Mark]) -> Taken | RefusedError:
    stamp = Stamp.parse(Exported("r1", TEXT, tuple(before), "fingerprint").stamp)
    report = {"report_id": "r1", "text": TEXT}
    try:
        return take(Returned(stamp, shown(TEXT), tuple(after)), report, [], [], TAKING)
    except RefusedError as refused:
        return refused


def _rows(marks: Sequence[Mark]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of the mentions and findings tables as extraction would write them."""
    mentions = [
        {"mention_id": f"r1/{i}", "report_id": "r1", "section": "findings", "start": mark.start,
         "end": mark.end, "concept_id": mark.concept_id, "category": mark.category,
         "assertion": mark.assertion}
        for i, mark in enumerate(marks)
    ]  # fmt: skip
    findings = []
    for i, mark in enumerate(marks):
        if mark.category == "finding":
            parts = [j for j, one in enumerate(marks) if mark.span in one.findings]
            lists = {
                f"{category}s": sorted({marks[j].concept_id for j in parts
                                        if marks[j].category == category})
                for category in ("side", "zone", "descriptor")
            }  # fmt: skip
            findings.append(
                {"report_id": "r1", "mention_id": f"r1/{i}", "section": "findings",
                 "finding": mark.concept_id, "assertion": mark.assertion, **lists,
                 "mention_ids": [f"r1/{i}", *(f"r1/{j}" for j in parts)]}
            )  # fmt: skip
    return mentions, findings


def _state(mentions: Sequence[Any], findings: Sequence[Any]) -> set[Mark]:
    spans = {one["mention_id"]: (one["start"], one["end"]) for one in mentions}
    return {
        Mark(
            one["start"],
            one["end"],
            one["concept_id"],
            one["assertion"],
            tuple(
                sorted(
                    spans[row["mention_id"]]
                    for row in findings
                    if one["category"] != "finding" and one["mention_id"] in row["mention_ids"]
                )
            ),
        )
        for one in mentions
    }
