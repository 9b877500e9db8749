"""A reviewer's decision, and which of many decisions stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa

from data_contracts.corrections import CORRECTIONS

Action = Literal["accept", "change", "remove", "add", "withdraw", "done"]

#: What a decision is about: the report, the phrase's offsets, and the concept that extraction
#: gave; of an added phrase the concept's category; of `done` the report alone.
Target = tuple[str, int | None, int | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A row of the corrections table; see there for what its fields mean."""

    correction_id: str
    time: datetime
    reviewer: str
    action: Action
    report_id: str
    report_digest: str
    start: int | None = None
    end: int | None = None
    phrase: str | None = None
    before_concept: str | None = None
    before_assertion: str | None = None
    after_concept: str | None = None
    after_assertion: str | None = None
    finding_start: int | None = None
    finding_end: int | None = None
    rule: str | None = None
    cue: str | None = None
    cue_rule: str | None = None
    lexicon: str

    @property
    def target(self) -> Target:
        """What the decision is about; two decisions on the same target exclude each other."""
        if self.start is None:
            return (self.report_id, None, None, "done")
        if self.before_concept is not None:
            return (self.report_id, self.start, self.end, self.before_concept)
        category = (self.after_concept or "").partition(":")[0]
        return (self.report_id, self.start, self.end, f"added {category}")


@dataclass(frozen=True, slots=True)
class Standing:
    """The decisions that count, and those that do not, each in the order they were made."""

    standing: list[Decision]
    overruled: list[Decision]
    withdrawn: list[Decision]


def read_decisions(table: pa.Table) -> list[Decision]:
    """Rows of the corrections table, in their order."""
    rows: list[Mapping[str, Any]] = table.to_pylist()
    return [Decision(**row) for row in rows]


def decisions_table(decisions: Iterable[Decision]) -> pa.Table:
    """Rows of the corrections table."""
    names = CORRECTIONS.column_names
    return pa.Table.from_pylist(
        [{name: getattr(decision, name) for name in names} for decision in decisions],
        schema=CORRECTIONS.schema(),
    )


def latest(decisions: Iterable[Decision]) -> dict[tuple[str, Target], Decision]:
    """Each reviewer's last decision on every target, unless it was withdrawn."""
    last: dict[tuple[str, Target], Decision] = {}
    for decision in decisions:
        key = (decision.reviewer, decision.target)
        # Taken out first, so that the order is that of the last decisions.
        last.pop(key, None)
        if decision.action != "withdraw":
            last[key] = decision
    return last


def which_stand(decisions: Iterable[Decision]) -> Standing:
    """Of several decisions on the same target the last one stands, whoever made it.

    A reviewer who withdraws takes back only what they decided themselves: the decision of another
    reviewer then stands again.
    """
    made = list(decisions)
    kept = latest(made)
    by_target = {decision.target: decision for decision in kept.values()}
    standing, overruled, withdrawn = [], [], []
    for decision in made:
        if by_target.get(decision.target) is decision:
            standing.append(decision)
        elif decision.action == "withdraw" or (decision.reviewer, decision.target) not in kept:
            withdrawn.append(decision)
        else:
            overruled.append(decision)
    return Standing(standing, overruled, withdrawn)
