"""From a report that came back to the rows that it adds to the corrections."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pipeline.auditing.exchange.annotations import Returned, Stamp, shown
from pipeline.auditing.exchange.differences import find_differences
from pipeline.auditing.exchange.errors import RefusedError
from pipeline.auditing.review.deciding import Asked, DecisionError, decide
from pipeline.auditing.tables.one_report import ReadReport
from pipeline.labelling.applying import digest_text
from pipeline.labelling.decision import Decision


@dataclass(frozen=True, slots=True)
class Taking:
    """How reports are taken over.

    Attributes:
        reviewer: whose decisions they become.
        concept_ids: the lexicon's concepts and their names.
        now: the time, in UTC.
        done: whether the reviewer has read every report to its end.
        take_back: whether earlier decisions of the reviewer that a report no longer shows are
            withdrawn.
    """

    reviewer: str
    concept_ids: Mapping[str, str]
    now: datetime
    done: bool = False
    take_back: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What a report adds.

    Attributes:
        decisions: rows of the corrections, in order.
        counts: what was decided, and how many decisions stood already.
    """

    decisions: list[Decision] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def take(
    returned: Returned,
    report: Mapping[str, Any],
    mentions: Sequence[Mapping[str, Any]],
    own: Sequence[Decision],
    taking: Taking,
) -> Taken:
    """Decide what a person changed in a report.

    The mentions that were exported are what the person saw, whatever extraction says by now.

    Args:
        returned: the report as the tool gave it back.
        report: its `report_id` and `text` in the tables.
        mentions: its rows of the mentions table.
        own: the reviewer's decisions on it that stand.
        taking: how to take it over.

    Raises:
        RefusedError: the text is another one, or a change makes no sense.
    """
    text, stamp = str(report["text"]), returned.stamp
    _check_text(returned, text)
    read = ReadReport(dict(report), _mentions(stamp, text, mentions), [])
    asked = find_differences(stamp.marks, returned.marks, text, related=returned.related)
    standing = {decision.target: decision for decision in own}
    taken = Taken()
    heeded, made = list(own), list[Decision]()

    def add(one: Asked) -> None:
        try:
            rows = decide(
                one,
                read,
                digest=stamp.digest,
                reviewer=taking.reviewer,
                before=[*heeded, *(row for row in made if row.action != "withdraw")],
                concept_ids=taking.concept_ids,
                lexicon=stamp.lexicon,
                now=taking.now,
            )
        except DecisionError as error:
            raise RefusedError(f"characters {one.start} to {one.end}: {error}") from None
        for row in rows:
            made.append(row)
            if _says_the_same(row, standing.get(row.target)):
                taken.counts["already_decided"] += 1
            else:
                taken.decisions.append(row)
                taken.counts.update(_kinds(row))

    for one in asked:
        add(one)
    if taking.take_back:
        shown_now = {row.target for row in made}
        for decision in own:
            if decision.action not in ("accept", "done") and decision.target not in shown_now:
                add(_withdrawal(decision))
                heeded.remove(decision)
    if taking.done:
        add(Asked(action="done"))
    return taken


def _check_text(returned: Returned, text: str) -> None:
    if returned.stamp.digest != digest_text(text):
        raise RefusedError("its text in the tables is another one than was exported; export again")
    if returned.text != shown(text):
        raise RefusedError(
            "its text was changed in the tool or on the way, so that offsets no longer hold"
        )
    if any(not 0 <= one.start < one.end <= len(text) for one in returned.stamp.marks):
        raise RefusedError("what the export wrote beside its text as 'exported' was changed")


def _mentions(
    stamp: Stamp, text: str, mentions: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The mentions that the person saw, with what extraction still knows of them."""
    known = {
        (one["start"], one["end"], one["concept_id"], one["assertion"]): one for one in mentions
    }
    rows = []
    for mark in stamp.marks:
        found = known.get((mark.start, mark.end, mark.concept_id, mark.assertion), {})
        rows.append(
            {
                "start": mark.start,
                "end": mark.end,
                "text": text[mark.start : mark.end],
                "concept_id": mark.concept_id,
                "category": mark.category,
                "assertion": mark.assertion,
                **{name: found.get(name) for name in ("rule", "cue", "cue_rule")},
            }
        )
    return rows


def _withdrawal(decision: Decision) -> Asked:
    return Asked(
        action="withdraw",
        start=decision.start,
        end=decision.end,
        before_concept=decision.before_concept,
        after_concept=decision.after_concept if decision.action == "add" else None,
    )


def _says_the_same(row: Decision, standing: Decision | None) -> bool:
    """Whether a decision says no more than one that stands."""
    if standing is None:
        return False
    said = replace(standing, correction_id=row.correction_id, time=row.time, rule=row.rule,
                   cue=row.cue, cue_rule=row.cue_rule, lexicon=row.lexicon)  # fmt: skip
    return said == row


def _kinds(row: Decision) -> list[str]:
    """What to count a decision as; a change may be several things at once."""
    if row.action != "change":
        return [{"remove": "removed", "add": "added", "accept": "accepted",
                 "withdraw": "withdrawn"}.get(row.action, "reports_done")]  # fmt: skip
    kinds = []
    if row.after_concept != row.before_concept:
        kinds.append("renamed")
    if row.after_assertion != row.before_assertion:
        kinds.append("reasserted")
    if row.finding_start is not None:
        kinds.append("reattached")
    return kinds
