"""What reviewers found in the reports of a sample, report by report."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from pipeline.auditing.measuring.estimation import Design
from pipeline.labelling.decision import Decision, latest, which_stand


@dataclass(frozen=True, slots=True)
class Tally:
    """A report's mentions by what they are: (kind, name) to a count.

    Attributes:
        given: mentions that extraction gave.
        right: those of them that stayed as they were.
        missed: mentions that it should have given.
    """

    given: Counter[tuple[str, str]] = field(default_factory=Counter)
    right: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Reviews:
    """The reviewed part of a sample.

    Attributes:
        tallies: one per reviewed report, in the sample's order.
        design: how these reports stand for all.
        sampled: reports of the sample.
        beside: reports that were reviewed but are not of the sample, and so have no weight.
        uncovered: strata without any reviewed report, and how many reports they have.
    """

    tallies: list[Tally]
    design: Design
    sampled: int
    beside: int
    uncovered: dict[str, int]


def gather_reviews(
    sample: pa.Table, decisions: Sequence[Decision], reviewer: str | None = None
) -> Reviews:
    """Tally the reports of a sample that a reviewer has finished.

    Args:
        sample: rows of the sample table.
        decisions: all decisions, in the order they were made.
        reviewer: count this reviewer's decisions alone; of several reviewers' decisions on the
            same mention the last one counts where it is None.
    """
    made = [one for one in decisions if reviewer in (None, one.reviewer)]
    standing = which_stand(made).standing
    done = {one.report_id for one in standing if one.action == "done"}
    rows = [row for row in sample.to_pylist() if row["report_id"] in done]
    tallies = {row["report_id"]: Tally() for row in rows}
    for decision in standing:
        if decision.report_id in tallies and decision.action != "done":
            _count(decision, tallies[decision.report_id])
    sizes = {row["stratum"]: row["stratum_reports"] for row in sample.to_pylist()}
    covered = sorted({row["stratum"] for row in rows})
    return Reviews(
        tallies=list(tallies.values()),
        design=Design(
            stratum=np.array([covered.index(row["stratum"]) for row in rows], dtype=np.int64),
            sizes=np.array([sizes[name] for name in covered], dtype=np.float64),
        ),
        sampled=sample.num_rows,
        beside=len(done - set(sample["report_id"].to_pylist())),
        uncovered={name: size for name, size in sizes.items() if name not in covered},
    )


def paired_decisions(
    decisions: Iterable[Decision], first: str, second: str
) -> tuple[list[str], list[str]]:
    """What two reviewers made of every phrase that either decided, in reports both have finished.

    Returns:
        Two lists of equal length: per phrase the assertion and concept that each reviewer gave it,
        `removed`, or `not marked` where only the other one added it.
    """
    kept = latest(decisions)
    done = [
        {d.report_id for (who, _), d in kept.items() if who == name and d.action == "done"}
        for name in (first, second)
    ]
    both = done[0] & done[1]
    verdicts: dict[object, dict[str, str]] = {}
    for (who, target), decision in kept.items():
        if decision.report_id in both and decision.action != "done" and who in (first, second):
            verdicts.setdefault(target, {})[who] = _verdict(decision)
    pairs = [
        tuple(one.get(name, "not marked") for name in (first, second)) for one in verdicts.values()
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


def _verdict(decision: Decision) -> str:
    if decision.action == "remove":
        return "removed"
    return f"{decision.after_assertion} {decision.after_concept}"


def _count(decision: Decision, tally: Tally) -> None:
    before = (decision.before_concept, decision.before_assertion)
    after = (decision.after_concept, decision.after_assertion)
    if decision.before_concept is not None:
        given = [*_items(*before), *_rules(decision)]
        tally.given.update(given)
        if before == after:
            tally.right.update(given)
    if decision.after_concept is not None and before != after:
        tally.missed.update(_items(*after))


def _items(concept: str | None, assertion: str | None) -> list[tuple[str, str]]:
    return [
        ("category", "all"),
        ("category", str(concept).partition(":")[0]),
        ("concept", str(concept)),
        ("assertion", str(assertion)),
    ]


def _rules(decision: Decision) -> list[tuple[str, str]]:
    named = (
        ("rule", decision.rule),
        ("cue_rule", decision.cue_rule),
        ("cue", " ".join(decision.cue.lower().split()) if decision.cue else None),
    )
    return [(kind, name) for kind, name in named if name]
