"""Decisions brought to bear on what extraction found in the same text.

A decision is about a phrase at its offsets in a text that has not changed; the report's digest
tells. What the reviewer said of it holds whatever a newer lexicon says: where extraction already
agrees, nothing changes; where the phrase is no longer a mention, the decision is reported.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from data_contracts.concepts import category_of
from pipeline.labelling.decision import Decision

Row = dict[str, Any]

_LISTS: Final = {"side": "sides", "zone": "zones", "descriptor": "descriptors"}


@dataclass(frozen=True, slots=True)
class CorrectedReport:
    """A report's mentions and findings as the reviewers want them.

    Attributes:
        mentions: rows of the mentions table; an added phrase has the id `correction:ID`.
        findings: rows of the findings table.
        outcomes: correction id to what became of the decision.
        touched: correction id to the concepts that the decision is about, for those applied.
    """

    mentions: list[Row]
    findings: list[Row]
    outcomes: dict[str, str] = field(default_factory=dict)
    touched: dict[str, frozenset[str]] = field(default_factory=dict)


def digest_text(text: str) -> str:
    """SHA-256 of a report's text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def evidence_id(correction_id: str) -> str:
    """How evidence names a decision among mention ids."""
    return f"correction:{correction_id}"


def correct_report(
    report: Mapping[str, Any],
    mentions: Iterable[Row],
    findings: Iterable[Row],
    decisions: Sequence[Decision],
    concept_ids: frozenset[str],
) -> CorrectedReport:
    """Apply the decisions that stand to one report.

    Findings go first, so that the places and descriptors that belong to them find them.

    Args:
        report: its `text` and its `sections`.
        mentions: its mentions, with at least the columns that labelling reads.
        findings: its findings.
        decisions: decisions on this report that stand, in the order they were made.
        concept_ids: the lexicon's concepts.
    """
    corrected = CorrectedReport(
        [dict(row) for row in mentions],
        [{**row, **{k: list(row[k]) for k in _OF_FINDING}} for row in findings],
    )
    digest = digest_text(report["text"])
    for decision in sorted(decisions, key=_after_findings):
        before = _snapshot(corrected)
        outcome = _apply(decision, report, digest, corrected, concept_ids)
        if outcome == "applied" and before == _snapshot(corrected):
            outcome = "agrees"
        corrected.outcomes[decision.correction_id] = outcome
        if outcome == "applied":
            concepts = {decision.before_concept, decision.after_concept} - {None}
            corrected.touched[decision.correction_id] = frozenset(map(str, concepts))
    return corrected


_OF_FINDING: Final = (*_LISTS.values(), "mention_ids")


def _after_findings(decision: Decision) -> bool:
    concept = decision.after_concept or decision.before_concept or ""
    return not concept.startswith("finding:")


def _snapshot(corrected: CorrectedReport) -> tuple[str, str]:
    return repr(corrected.mentions), repr(corrected.findings)


def _apply(
    decision: Decision,
    report: Mapping[str, Any],
    digest: str,
    corrected: CorrectedReport,
    concept_ids: frozenset[str],
) -> str:
    if decision.action == "done":
        return "recorded"
    if not _text_holds(decision, report["text"], digest):
        return "text_changed"
    if decision.after_concept is not None and decision.after_concept not in concept_ids:
        return "concept_unknown"
    mention = _mention_at(corrected, decision.start, decision.end, decision.before_concept)
    if decision.action == "remove":
        if mention is not None:
            _detach(corrected, mention)
            corrected.mentions.remove(mention)
        return "applied"
    mention = mention or _mention_at(
        corrected, decision.start, decision.end, decision.after_concept
    )
    if mention is None and decision.action != "add":
        return "mention_gone"
    owner = None
    if decision.finding_start is not None:
        owner = _finding_at(corrected, decision.finding_start, decision.finding_end)
        if owner is None:
            return "finding_gone"
    if mention is None:
        mention = _new_mention(decision, report)
        corrected.mentions.append(mention)
        _attach(corrected, mention, owner)
        return "applied"
    _rename(corrected, mention, str(decision.after_concept), owner)
    _reassert(corrected, mention, str(decision.after_assertion))
    return "applied"


def _text_holds(decision: Decision, text: str, digest: str) -> bool:
    there = text[decision.start : decision.end]
    return decision.report_digest == digest and there == decision.phrase


def _mention_at(
    corrected: CorrectedReport, start: int | None, end: int | None, concept_id: str | None
) -> Row | None:
    for mention in corrected.mentions:
        if (mention["start"], mention["end"], mention["concept_id"]) == (start, end, concept_id):
            return mention
    return None


def _finding_at(corrected: CorrectedReport, start: int, end: int | None) -> Row | None:
    """The finding whose own mention stands at these offsets."""
    ids = {
        mention["mention_id"]
        for mention in corrected.mentions
        if (mention["start"], mention["end"], mention["category"]) == (start, end, "finding")
    }
    return next((row for row in corrected.findings if row["mention_id"] in ids), None)


def _new_mention(decision: Decision, report: Mapping[str, Any]) -> Row:
    concept = str(decision.after_concept)
    return {
        "mention_id": evidence_id(decision.correction_id),
        "report_id": decision.report_id,
        "section": _section_at(report["sections"], int(decision.start or 0)),
        "start": decision.start,
        "end": decision.end,
        "concept_id": concept,
        "category": category_of(concept),
        "assertion": decision.after_assertion,
    }


def _section_at(sections: Sequence[Mapping[str, Any]], offset: int) -> str:
    for section in sections:
        if section["start"] <= offset < section["end"]:
            return str(section["name"])
    return "other"


def _rename(corrected: CorrectedReport, mention: Row, concept: str, owner: Row | None) -> None:
    """Give a mention another concept, and its place among the findings' parts."""
    owners = [row for row in corrected.findings if mention["mention_id"] in row["mention_ids"]]
    if concept == mention["concept_id"] and owner is None:
        return
    own = next((row for row in owners if row["mention_id"] == mention["mention_id"]), None)
    if own is not None and concept.startswith("finding:"):
        own["finding"] = concept
        mention["concept_id"] = concept
        return
    _detach(corrected, mention)
    mention["concept_id"], mention["category"] = concept, category_of(concept)
    if concept.startswith("finding:"):
        _attach(corrected, mention, None)
        return
    for row in [owner] if owner is not None else [row for row in owners if row is not own]:
        _attach(corrected, mention, row)


def _reassert(corrected: CorrectedReport, mention: Row, assertion: str) -> None:
    mention["assertion"] = assertion
    for row in corrected.findings:
        if row["mention_id"] == mention["mention_id"]:
            row["assertion"] = assertion


def _attach(corrected: CorrectedReport, mention: Row, owner: Row | None) -> None:
    """Make a finding of a finding's mention; else make the mention a part of its finding."""
    if mention["category"] == "finding":
        corrected.findings.append(
            {
                "report_id": mention["report_id"],
                "mention_id": mention["mention_id"],
                "section": mention["section"],
                "finding": mention["concept_id"],
                "assertion": mention["assertion"],
                "sides": [],
                "zones": [],
                "descriptors": [],
                "mention_ids": [mention["mention_id"]],
            }
        )
        return
    if owner is None:
        return
    listed = owner[_LISTS[mention["category"]]]
    if mention["concept_id"] not in listed:
        listed.append(mention["concept_id"])
        listed.sort()
    owner["mention_ids"].append(mention["mention_id"])


def _detach(corrected: CorrectedReport, mention: Row) -> None:
    """Take a mention out of all findings; a finding of its own goes with it."""
    corrected.findings[:] = [
        row for row in corrected.findings if row["mention_id"] != mention["mention_id"]
    ]
    concepts = {one["mention_id"]: one["concept_id"] for one in corrected.mentions}
    for row in corrected.findings:
        if mention["mention_id"] not in row["mention_ids"]:
            continue
        row["mention_ids"].remove(mention["mention_id"])
        left = {concepts.get(one) for one in row["mention_ids"]}
        group = _LISTS.get(mention["category"])
        if group and mention["concept_id"] not in left and mention["concept_id"] in row[group]:
            row[group].remove(mention["concept_id"])
