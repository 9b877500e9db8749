"""What the page tells of a second reader: where it differs, and what to decide to follow it.

Reviewers see it in a queue of its own. In the sample they do not: what they find there measures
extraction, and must not be swayed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from pipeline.auditing.second_opinion.comparing import (
    all_differences,
    has_second_opinions,
    hold_latest,
)
from pipeline.auditing.second_opinion.differences import Difference
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.one_report import ReadReport
from pipeline.labelling.decision import Decision

Row = dict[str, Any]
Span = tuple[int, int]

_SECOND: Final = pa.schema(
    [("report_id", pa.string()), ("stratum", pa.string()), ("place", pa.int64())]
)


class SecondReader:
    """The second opinions of a run, as they were when the page was opened.

    Attributes:
        there: whether there are any.
    """

    def __init__(self, tables: Tables) -> None:
        self.there = has_second_opinions(tables)
        self._tables = tables
        self._differences: defaultdict[str, list[Difference]] = defaultdict(list)
        if self.there:
            hold_latest(tables)
            for one in all_differences(tables):
                self._differences[one.report_id].append(one)
        # A report is listed for the most telling of its differences.
        first = [ones[0] for ones in self._differences.values()]
        rows = {
            "report_id": [one.report_id for one in first],
            "stratum": [f"{one.words}: {one.concept_id}" for one in first],
            "place": list(range(len(first))),
        }
        tables.hold("_second", pa.table(rows, schema=_SECOND))

    def of(self, read: ReadReport, own: Sequence[Decision]) -> list[Row]:
        """A report's differences, the most telling first.

        Args:
            read: the report and what extraction made of it.
            own: the decisions of who asks that stand.

        Returns:
            Per difference `concept_id`, `model`, `words` and `offers`: the phrases that the reader
            names, each with `start`, `end`, its `assertion`, the `decisions` that follow it, and
            whether they are `made`.
        """
        report_id = read.report["report_id"]
        differences = self._differences.get(report_id, [])
        if not differences:
            return []
        opinions = self._tables.query(
            "SELECT * FROM _opinions WHERE report_id = ? ORDER BY model, number", [report_id]
        ).to_pylist()
        return [
            {
                "concept_id": one.concept_id,
                "model": one.model,
                "words": one.words,
                "offers": [
                    _offer(row, read.mentions, own, opinions)
                    for row in opinions
                    if (row["model"], row["concept_id"]) == (one.model, one.concept_id)
                    and row["start"] is not None
                ],
            }
            for one in differences
        ]


def _offer(
    row: Row, mentions: Sequence[Row], own: Sequence[Decision], opinions: Sequence[Row]
) -> Row:
    decisions = following(row, mentions, opinions)
    made = {(one.start, one.end, one.after_concept, one.after_assertion) for one in own}
    return {
        **{name: row[name] for name in ("start", "end", "phrase", "assertion")},
        "decisions": decisions,
        "made": bool(decisions)
        and all(
            (one["start"], one["end"], one["after_concept"], one["after_assertion"]) in made
            for one in decisions
        ),
    }


def following(row: Row, mentions: Sequence[Row], opinions: Sequence[Row]) -> list[Row]:
    """The decisions, as the page posts them, that give a report what an opinion says of it.

    A mention of the same concept that shares characters with the phrase is changed, where there
    is none the phrase is added. A place or descriptor belongs to the finding that shares
    characters with the reader's own; where there is none that is added first.

    Args:
        row: the opinion, a row of `second_opinions` with a phrase.
        mentions: the report's mentions.
        opinions: all opinions on the report.
    """
    if row["finding_start"] is None:
        return _decisions(row, mentions, None)
    span = (row["finding_start"], row["finding_end"])
    finding = next(
        (
            one
            for one in opinions
            if (one["start"], one["end"]) == span
            and one["model"] == row["model"]
            and one["finding_start"] is None
        ),
        None,
    )
    owner = _owner(span, finding, mentions)
    if owner is not None:
        return _decisions(row, mentions, owner)
    first = _decisions(finding, mentions, None) if finding else []
    return [*first, *_decisions(row, mentions, {"start": span[0], "end": span[1]})]


def _owner(span: Span, finding: Row | None, mentions: Sequence[Row]) -> Row | None:
    """The finding of ours that a reader's finding is, of the same concept if there is one."""
    near = [
        one
        for one in mentions
        if one["category"] == "finding" and _share((one["start"], one["end"]), span)
    ]
    concept = finding["concept_id"] if finding else None
    near.sort(key=lambda one: (one["concept_id"] != concept, one["start"]))
    return near[0] if near else None


def _decisions(row: Row, mentions: Sequence[Row], owner: Row | None) -> list[Row]:
    start, end = row["start"], row["end"]
    ours = next(
        (
            one
            for one in mentions
            if one["concept_id"] == row["concept_id"]
            and _share((one["start"], one["end"]), (start, end))
        ),
        None,
    )
    after = {
        "after_concept": row["concept_id"],
        "after_assertion": row["assertion"],
        "finding_start": owner["start"] if owner else None,
        "finding_end": owner["end"] if owner else None,
    }
    if ours is None:
        return [{"action": "add", "start": start, "end": end, "before_concept": None, **after}]
    tied = owner is None or owner.get("mention_id") in ours["finding_ids"]
    if tied and ours["assertion"] == row["assertion"]:
        return []
    where: Mapping[str, Any] = {"start": ours["start"], "end": ours["end"]}
    return [{"action": "change", **where, "before_concept": ours["concept_id"], **after}]


def _share(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
