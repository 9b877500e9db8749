"""Which reports wait for a reviewer, by what they hold."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import pyarrow as pa

from pipeline.auditing.tables.database import Tables
from pipeline.labelling.decision import Decision, latest

Scope = Literal["sample", "second", "all", "studied"]
State = Literal["any", "open", "done"]

#: Reports that are listed at a time.
PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the listed reports have in common; what is empty does not count.

    Attributes:
        scope: the sample, the reports on which a second reader differs, all, or those whose X-ray
            a method has read.
        state: whether the reviewer has finished them.
        concept: a mention of this concept,
        assertion: with this assertion,
        cue: decided by words that hold these.
        words: the report's text holds these words, or its id is this.
    """

    scope: Scope = "sample"
    state: State = "any"
    concept: str = ""
    assertion: str = ""
    cue: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the reports that a filter lets through, and how many there are."""

    total: int
    reports: list[dict[str, Any]]


def hold_sample(tables: Tables, sample: pa.Table) -> None:
    """Let `list_reports` know the sample, in the order to review it."""
    places = pa.array(range(sample.num_rows), pa.int64())
    tables.hold("_sample", sample.append_column("place", places))


def list_reports(
    tables: Tables, decisions: list[Decision], reviewer: str, wanted: Filter, offset: int
) -> Page:
    """List reports for a reviewer, those of the sample in its order.

    Args:
        tables: the run's tables, with a sample held by `hold_sample` and the differences of a
            `second.SecondReader`.
        decisions: all decisions.
        reviewer: who asks; empty where they have given no name.
        wanted: which reports.
        offset: how many of them to leave out.
    """
    done = [
        decision.report_id
        for (who, _), decision in latest(decisions).items()
        if who == reviewer and decision.action == "done"
    ]
    every = (
        'SELECT report_id, NULL AS "by", coalesce(split, source) AS stratum, '
        "NULL AS stratum_reports, row_number() OVER () AS place FROM reports"
    )
    source = {
        "sample": 'SELECT report_id, "by", stratum, stratum_reports, place FROM _sample',
        "second": "SELECT report_id, 'second' AS \"by\", stratum, NULL AS stratum_reports, place "
        "FROM _second",
        "all": every,
        "studied": f"{every} WHERE report_id IN (SELECT report_id FROM _studied) "
        "OR study_id IN (SELECT study_id FROM _studied WHERE report_id IS NULL)",
    }[wanted.scope]
    conditions, values = _conditions(wanted, done)
    rows = tables.query(
        'SELECT report_id, "by", stratum, stratum_reports, list_contains(?, report_id) AS done, '
        f"count(*) OVER () AS total FROM ({source}) WHERE {' AND '.join(conditions)} "
        f"ORDER BY place LIMIT {PAGE} OFFSET ?",
        [done, *values, offset],
    ).to_pylist()
    total = rows[0]["total"] if rows else 0
    return Page(total, [{k: v for k, v in row.items() if k != "total"} for row in rows])


def _conditions(wanted: Filter, done: list[str]) -> tuple[list[str], list[Any]]:
    conditions: list[str] = ["true"]
    values: list[Any] = []
    if wanted.state != "any":
        conditions.append(f"list_contains(?, report_id) = {wanted.state == 'done'}")
        values.append(done)
    of_mention = {
        "concept_id = ?": wanted.concept,
        "assertion = ?": wanted.assertion,
        "contains(lower(cue), lower(?))": wanted.cue,
    }
    given = {condition: value for condition, value in of_mention.items() if value}
    if given:
        conditions.append(
            f"report_id IN (SELECT report_id FROM mentions WHERE {' AND '.join(given)})"
        )
        values += given.values()
    if wanted.words:
        conditions.append(
            "report_id IN (SELECT report_id FROM reports "
            "WHERE report_id = ? OR contains(lower(text), lower(?)))"
        )
        values += [wanted.words, wanted.words]
    return conditions, values
