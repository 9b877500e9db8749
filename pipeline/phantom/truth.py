"""The rows of a report and its exact truth, gathered column by column."""

from collections.abc import Iterable
from typing import Any, Final

import pyarrow as pa

from data_contracts.concepts import Assertion
from data_contracts.contract import Contract
from data_contracts.tables import ASSERTING_SECTIONS, FINDINGS, MENTIONS, REPORTS
from pipeline.phantom.layout import PlacedStatement, ReportText
from pipeline.phantom.studies import PhantomStudy
from pipeline.phantom.writer import Mark

#: Sides that zones lie on by their names.
SIDE_OF_ZONE: Final = {"zone:lingula": "side:left", "zone:middle_lobe": "side:right"}
_SECTION_ASSERTION: Final[dict[str, Assertion]] = {
    "history": "historical",
    "comparison": "historical",
}


class Rows:
    """Columns that grow row by row until they are a table of their contract."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._columns: dict[str, list[Any]] = {name: [] for name in contract.column_names}
        self._lists = tuple(self._columns.values())

    def add(self, row: Iterable[Any]) -> None:
        """Add a row, its values in the contract's order."""
        for column, value in zip(self._lists, row, strict=True):
            column.append(value)

    def table(self) -> pa.Table:
        """The rows as a table, not yet checked."""
        schema = self._contract.schema()
        arrays = [pa.array(self._columns[field.name], field.type) for field in schema]
        return pa.Table.from_arrays(arrays, schema=schema)


def report_row(study: PhantomStudy, report: ReportText) -> tuple[Any, ...]:
    """The report's row of the table `reports`."""
    bodies: dict[str, str] = {}
    for name, start, end in report.sections:
        bodies.setdefault(name, report.text[start:end])
    spans = [{"name": n, "start": start, "end": end} for n, start, end in report.sections]
    return (
        study.report_id,
        study.subject_id,
        study.study_id,
        "phantom",
        study.split,
        report.text,
        spans,
        bodies.get("indication"),
        bodies.get("findings"),
        bodies.get("impression"),
    )


def add_truth(
    mentions: Rows, findings: Rows, report_id: str, report: ReportText
) -> dict[int, list[str]]:
    """Add the rows of one report's mentions and findings.

    Returns:
        Number of a lesion group to the ids of the finding mentions that stand for it.
    """
    ids: dict[int, str] = {}
    for placed in report.placed:
        for mark in placed.statement.marks:
            ids[id(mark)] = f"{report_id}/{len(ids)}"
    of_groups: dict[int, list[str]] = {}
    sentence = 0
    for placed in report.placed:
        for mark in placed.statement.marks:
            mentions.add(_mention_row(report_id, report.text, placed, sentence, mark, ids))
        named = [mark for mark in placed.statement.marks if mark.is_finding]
        for mark in named:
            findings.add(_finding_row(report_id, placed, mark, ids))
        for group, mark in zip(placed.statement.groups, named, strict=False):
            of_groups.setdefault(group, []).append(ids[id(mark)])
        sentence += len(placed.statement.sentences)
    return of_groups


def _mention_row(
    report_id: str,
    text: str,
    placed: PlacedStatement,
    sentence: int,
    mark: Mark,
    ids: dict[int, str],
) -> tuple[Any, ...]:
    offset = placed.offset
    start, end = offset + mark.start, offset + mark.end
    sentence_start, sentence_end = placed.statement.sentences[mark.sentence]
    assertion, cue_rule = _assertion(mark, placed.section)
    cue = None if mark.cue is None else (offset + mark.cue[0], offset + mark.cue[1])
    return (
        ids[id(mark)],
        report_id,
        placed.section,
        sentence + mark.sentence,
        offset + sentence_start,
        offset + sentence_end,
        start,
        end,
        text[start:end],
        mark.concept_id,
        mark.concept_id.partition(":")[0],
        assertion,
        None if cue is None else text[cue[0] : cue[1]],
        None if cue is None else cue[0],
        None if cue is None else cue[1],
        [ids[id(owner)] for owner in mark.owners],
        "truth",
        cue_rule,
    )


def _finding_row(
    report_id: str, placed: PlacedStatement, mark: Mark, ids: dict[int, str]
) -> tuple[Any, ...]:
    own = [other for other in placed.statement.marks if any(mark is o for o in other.owners)]

    seen = [o for o in placed.statement.marks if any(o is one for one in mark.interprets)]
    theirs = [m for m in placed.statement.marks if any(o is s for o in m.owners for s in seen)]

    def concepts(category: str) -> list[str]:
        return sorted({m.concept_id for m in own if m.concept_id.startswith(category)})

    def inherited(category: str) -> list[str]:
        if concepts(category):
            return []
        return sorted({m.concept_id for m in theirs if m.concept_id.startswith(category)})

    sides, others = concepts("side:"), inherited("side:")
    zones = {*concepts("zone:"), *inherited("zone:")}
    by_name = {SIDE_OF_ZONE[zone] for zone in zones if zone in SIDE_OF_ZONE}
    return (
        report_id,
        ids[id(mark)],
        placed.section,
        mark.concept_id,
        _assertion(mark, placed.section)[0],
        sides,
        concepts("zone:"),
        concepts("descriptor:"),
        [ids[id(mark)], *(ids[id(other)] for other in own)],
        [ids[id(other)] for other in seen],
        others,
        inherited("zone:"),
        sorted(by_name.difference(sides, others)),
    )


def _assertion(mark: Mark, section: str) -> tuple[Assertion, str | None]:
    if mark.assertion is not None and mark.assertion != "affirmed":
        return mark.assertion, "truth"
    if section in ASSERTING_SECTIONS:
        return "affirmed", None
    return _SECTION_ASSERTION.get(section, "hypothetical"), f"section:{section}"


def new_rows() -> tuple[Rows, Rows, Rows]:
    """Empty rows of reports, mentions and findings."""
    return Rows(REPORTS), Rows(MENTIONS), Rows(FINDINGS)
