"""What the queue says of a report: why it is listed, and a line of its text."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.auditing.review.queue import Filter
from pipeline.auditing.tables.database import Tables

#: Characters of a line of text, and how many of them at most stand before what it is about.
_LINE: Final = 110
_BEFORE: Final = 40
#: What a stratum is called that took in those too frequent to have one each.
_REST: Final = "all others"

#: Strata whose names say in words what is not there.
_PLAIN: Final = frozenset(
    {"nothing affirmed", "nothing mentioned", "no cue", "sections agree", "as the reference"}
)

#: By what the strata are made of: which of a report's mentions its stratum is about.
_ABOUT: Final = {
    "concept": "m.concept_id = l.stratum AND m.assertion = 'affirmed' "
    f"AND m.section IN {ASSERTING_SECTIONS}",
    "assertion": "m.assertion = l.stratum",
    "cue": "regexp_replace(lower(m.cue), '\\s+', ' ', 'g') = l.stratum",
    "disagreement": "m.concept_id = l.stratum",
    "reference": "m.concept_id = split_part(l.stratum, ' ', 2)",
    "second": "m.concept_id = split_part(l.stratum, ': ', 2)",
}


def describe_reports(
    tables: Tables, listed: Sequence[Mapping[str, Any]], wanted: Filter, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Add to listed reports why they are there and the line of text to know them by.

    Args:
        tables: the run's tables.
        listed: rows of `queue.list_reports`.
        wanted: what they were listed by.
        names: concepts in plain words.

    Returns:
        Per report `report_id`, `done`, `reason`, `of` (reports for which it may stand; None
        outside a sample) and `line`.
    """
    lines = _lines(tables, listed, wanted)
    return [
        {
            "report_id": row["report_id"],
            "done": row["done"],
            "reason": reason_of(row["by"], row["stratum"], names),
            "of": row["stratum_reports"],
            "line": lines.get(row["report_id"], ""),
        }
        for row in listed
    ]


def reason_of(by: str | None, stratum: str, names: Mapping[str, str]) -> str:
    """Why a report is listed, in words: what its stratum is, or its split or source."""
    kind, _, concept = stratum.rpartition(" ")
    words = {
        "concept": f"affirms {names.get(stratum, stratum)}",
        "assertion": f"says something {stratum}",
        "cue": f"decided by “{stratum}”",
        "disagreement": f"sections disagree on {names.get(stratum, stratum)}",
        "reference": f"{kind} against the reference: {names.get(concept, concept)}",
        "second": f"{names.get(concept, concept)}: {kind.rstrip(':')}",
    }
    if by is None or stratum in _PLAIN:
        return stratum
    return "only what is frequent" if stratum == _REST else words.get(by, stratum)


def _lines(tables: Tables, listed: Sequence[Mapping[str, Any]], wanted: Filter) -> dict[str, str]:
    """Per report the line around what it is listed for, or the first of its findings."""
    if not listed:
        return {}
    by = listed[0]["by"]
    conditions, values = _about(wanted)
    if not conditions and by in _ABOUT:
        conditions = [_ABOUT[by]]
    about = " AND ".join(conditions) or "false"
    ids = [row["report_id"] for row in listed]
    strata = [row["stratum"] for row in listed]
    rows = tables.query(
        "WITH l AS (SELECT unnest(?::VARCHAR[]) AS report_id, unnest(?::VARCHAR[]) AS stratum), "
        'spans AS (SELECT l.report_id, arg_min({"s": m.start, "e": m."end"}, m.start) AS span '
        f"FROM l JOIN mentions m USING (report_id) WHERE {about} GROUP BY l.report_id) "
        "SELECT r.report_id, r.text, coalesce(r.findings, r.impression) AS told, span "
        "FROM l JOIN reports r USING (report_id) LEFT JOIN spans USING (report_id)",
        [ids, strata, *values],
    ).to_pylist()
    lines = {}
    for row in rows:
        text, span = row["text"], row["span"]
        if wanted.words and (found := text.lower().find(wanted.words.lower())) >= 0:
            span = {"s": found, "e": found + len(wanted.words)}
        if span:
            lines[row["report_id"]] = line_around(text, span["s"], span["e"])
        else:
            lines[row["report_id"]] = line_around(row["told"] or text, 0, 0)
    return lines


def _about(wanted: Filter) -> tuple[list[str], list[str]]:
    given = {
        "m.concept_id = ?": wanted.concept,
        "m.assertion = ?": wanted.assertion,
        "contains(lower(m.cue), lower(?))": wanted.cue,
    }
    chosen = {condition: value for condition, value in given.items() if value}
    return list(chosen), list(chosen.values())


def line_around(text: str, start: int, end: int) -> str:
    """The words around a phrase as one short line, with dots where it was cut.

    Args:
        text: a report, or a part of it.
        start: where the phrase starts, in characters.
        end: where it ends.
    """
    # Not across the blank lines that part sections.
    lead = text[max(0, start - 4 * _BEFORE) : start].rpartition("\n\n")[2]
    tail = text[start : max(end, start + 4 * _LINE)].partition("\n\n")[0]
    gap = " " if lead[-1:].isspace() else ""
    before = " ".join(lead.split())
    if len(before) > _BEFORE:
        before = "… " + before[-_BEFORE:].partition(" ")[2]
    line = before + gap + " ".join(tail.split())
    return line if len(line) <= _LINE else (line[:_LINE].rpartition(" ")[0] or line[:_LINE]) + " …"
