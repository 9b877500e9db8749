"""From what a reader says of a report to rows of the tables, and to one value per concept."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from data_contracts.concepts import category_of
from data_contracts.second_opinions import SECOND_OPINIONS
from data_contracts.tables import FINDINGS, MENTIONS, REPORTS
from pipeline.auditing.second_opinion.answers import Statement
from pipeline.auditing.second_opinion.choosing import Picked
from pipeline.auditing.second_opinion.keeping import Asker
from pipeline.labelling.aggregation import Conflict, label_reports
from pipeline.labelling.claims import (
    FINDING_COLUMNS,
    MENTION_COLUMNS,
    REPORT_COLUMNS,
    ReportBatch,
)
from pipeline.labelling.label_columns import LabelColumns

_LISTS: Final = {"side": "sides", "zone": "zones", "descriptor": "descriptors"}


def opinion_rows(report: Picked, asker: Asker, statements: Sequence[Statement]) -> pa.Table:
    """Rows of `second_opinions`.

    Args:
        report: the report.
        asker: model and digest of the prompt.
        statements: what was said of it; the phrases are taken from the report itself.
    """
    rows = [
        {
            "report_id": report.report_id,
            "model": asker[0],
            "prompt_digest": asker[1],
            "number": number,
            "concept_id": one.concept_id,
            "assertion": one.assertion,
            "section": None if one.start is None else _section(report, one.start),
            "start": one.start,
            "end": one.end,
            "phrase": None if one.start is None else report.text[one.start : one.end],
            "finding_start": one.finding_start,
            "finding_end": one.finding_end,
        }
        for number, one in enumerate(statements)
    ]
    return pa.Table.from_pylist(rows, schema=SECOND_OPINIONS.schema())


def values_of(opinions: pa.Table, columns: LabelColumns, conflict: Conflict) -> dict[str, int]:
    """One report's values, by the very rule that makes labels of what extraction finds.

    What differs then differs by what was read, and not by what was made of it.

    Args:
        opinions: the report's rows of `second_opinions`, with phrases.
        columns: the concepts to label.
        conflict: whose word counts where findings and impression disagree.
    """
    rows = opinions.to_pylist()
    if not rows:
        return {}
    mentions = [_mention(row) for row in rows]
    findings = [
        _finding(row, mention, rows, mentions)
        for row, mention in zip(rows, mentions, strict=True)
        if row["finding_start"] is None
    ]
    batch = ReportBatch(
        reports=_table([{"report_id": rows[0]["report_id"]}], REPORTS.schema(), REPORT_COLUMNS),
        mentions=_table(mentions, MENTIONS.schema(), MENTION_COLUMNS),
        findings=_table(findings, FINDINGS.schema(), FINDING_COLUMNS),
    )
    (row,) = label_reports(batch, columns, conflict).to_pylist()
    names: list[str] = columns.concept_ids.to_pylist()
    return {name: row[name] for name in names if row[name] is not None}


def _section(report: Picked, offset: int) -> str:
    for section in report.sections:
        start, end = section["start"], section["end"]
        assert isinstance(start, int)
        assert isinstance(end, int)
        if start <= offset < end:
            return str(section["name"])
    return "other"


def _mention(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("report_id", "section", "start", "end", "concept_id", "assertion")
    return {
        "mention_id": f"{row['report_id']}/{row['number']}",
        "category": category_of(row["concept_id"]),
        **{name: row[name] for name in kept},
    }


def _finding(
    row: Mapping[str, Any],
    mention: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    mentions: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    span = (row["start"], row["end"])
    parts = [
        part
        for said, part in zip(rows, mentions, strict=True)
        if (said["finding_start"], said["finding_end"]) == span
        and said["assertion"] == row["assertion"]
    ]
    lists = {
        name: sorted({part["concept_id"] for part in parts if part["category"] == category})
        for category, name in _LISTS.items()
    }
    return {
        **{name: mention[name] for name in ("report_id", "mention_id", "section", "assertion")},
        "finding": row["concept_id"],
        "mention_ids": [mention["mention_id"], *(part["mention_id"] for part in parts)],
        **lists,
    }


def _table(
    rows: Sequence[Mapping[str, Any]], schema: pa.Schema, columns: Sequence[str]
) -> pa.Table:
    chosen = pa.schema([schema.field(name) for name in columns])
    return pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows], chosen)
