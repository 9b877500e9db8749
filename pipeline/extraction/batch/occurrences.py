"""Where the distinct passages occur in a part of the reports table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.errors import ContractError
from data_contracts.tables import SECTIONS
from pipeline.extraction.batch.analyses import AnalysisColumns
from pipeline.extraction.batch.passage_store import PassageStore, UnreadablePassageError
from pipeline.extraction.batch.runs import IntArray, expand_runs, rows_before
from pipeline.extraction.batch.section_passages import DistinctSections, PassageRows
from pipeline.rules.values import Abbreviations

#: The columns of the reports table that extraction reads.
REPORT_COLUMNS: Final = ("report_id", "text", "sections")


class ExtractionError(ValueError):
    """What a report says could not be analysed; the message has offsets, never text."""


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Passages and sentences of a part in text order; all arrays count reports from 0.

    Attributes:
        report: per passage, its report's row.
        start: per passage, its offset in the report's text, in characters.
        section: per passage, its section's place in `SECTIONS`.
        passage: per passage, its number in the store.
        sentence_report: per sentence, its report's row.
        sentence_start: per sentence, its offset in the report's text, in characters.
        sentence_end: per sentence, the offset behind it.
    """

    report: IntArray
    start: IntArray
    section: IntArray
    passage: IntArray
    sentence_report: IntArray
    sentence_start: IntArray
    sentence_end: IntArray


@dataclass(frozen=True, slots=True)
class _Spans:
    """Section spans of a part, in text order of each report."""

    report: IntArray
    section: IntArray
    start: IntArray
    end: IntArray


def find_occurrences(reports: pa.Table, store: PassageStore) -> Occurrences:
    """Split the sections of `reports` into passages and have the store number them.

    Args:
        reports: a part of the reports table with at least `REPORT_COLUMNS`.
        store: where the analyses are and go.

    Raises:
        ContractError: a section's span leaves its text or overlaps another.
        ExtractionError: a report's abbreviations could not be read.
    """
    report_ids = reports["report_id"].to_pylist()
    texts = reports["text"].to_pylist()
    spans = _section_spans(reports)
    _check_spans(spans, report_ids, texts)
    abbreviations = _abbreviations(report_ids, texts, store)
    places = zip(*(c.tolist() for c in (spans.report, spans.start, spans.end)), strict=True)
    bodies = [texts[report][start:end] for report, start, end in places]
    sections = DistinctSections(store)
    numbers = np.empty(len(bodies), dtype=np.int64)
    for rows, known in _alike(spans, abbreviations):
        name = SECTIONS[spans.section[rows[0]]]
        numbers[rows] = sections.number([bodies[row] for row in rows.tolist()], name, known)
    passages, passage_of = _expand(sections.passages(), numbers)
    sentences, sentence_of = _expand(sections.sentences(), numbers)
    return Occurrences(
        report=spans.report[passage_of],
        start=passages.start + spans.start[passage_of],
        section=spans.section[passage_of],
        passage=passages.number,
        sentence_report=spans.report[sentence_of],
        sentence_start=sentences.start + spans.start[sentence_of],
        sentence_end=sentences.end + spans.start[sentence_of],
    )


def _abbreviations(
    report_ids: list[str], texts: list[str], store: PassageStore
) -> dict[int, Abbreviations]:
    """The abbreviations of those reports that define any, by their row."""
    defined: dict[int, Abbreviations] = {}
    for row, text in enumerate(texts):
        kind = ""
        try:
            found = store.extractor.find_abbreviations(text)
        except Exception as error:  # noqa: BLE001 - whatever it is, it may quote the report
            kind = type(error).__name__
        if kind:
            # Raised out here, so that the other error does not travel along as its context.
            raise _unreadable(f"report '{report_ids[row]}': its abbreviations", kind)
        if found:
            defined[row] = found
    return defined


def _alike(
    spans: _Spans, abbreviations: dict[int, Abbreviations]
) -> Iterator[tuple[IntArray, Abbreviations]]:
    """The spans' rows by what their passages depend on: the section and known abbreviations."""
    plain = ~np.isin(spans.report, list(abbreviations))
    for section in np.unique(spans.section[plain]):
        yield np.flatnonzero(plain & (spans.section == section)), ()
    for report, known in abbreviations.items():
        first, last = np.searchsorted(spans.report, [report, report + 1])
        for section in np.unique(spans.section[first:last]):
            yield first + np.flatnonzero(spans.section[first:last] == section), known


def _expand(placed: PassageRows, numbers: IntArray) -> tuple[PassageRows, IntArray]:
    """What the texts of these numbers have, and for each thing the place among `numbers`."""
    counts = placed.counts[numbers]
    rows, owner = expand_runs(rows_before(placed.counts)[numbers], counts)
    return PassageRows(counts, placed.start[rows], placed.end[rows], placed.number[rows]), owner


def analyses_of(
    reports: pa.Table, occurrences: Occurrences, store: PassageStore
) -> AnalysisColumns:
    """The analyses of all passages that `store` holds, those of `occurrences` among them.

    Raises:
        ExtractionError: a passage could not be analysed.
    """
    try:
        return store.columns()
    except UnreadablePassageError as error:
        number, kind = error.number, error.kind
    if number is None:
        raise _unreadable(f"the {reports.num_rows} reports of this part, taken together,", kind)
    row = occurrences.passage.tolist().index(number)
    report_id = reports["report_id"][int(occurrences.report[row])].as_py()
    name, start = SECTIONS[occurrences.section[row]], occurrences.start[row]
    raise _unreadable(
        f"report '{report_id}': the section '{name}' at character {start} and behind it", kind
    )


def _unreadable(what: str, kind: str) -> ExtractionError:
    return ExtractionError(
        f"{what} could not be analysed ({kind}); the parts that are finished are kept. This is a "
        "defect of the extraction rules: report it with what is named here, and take the reports "
        "out of the source to go on without them"
    )


def _section_spans(reports: pa.Table) -> _Spans:
    lists = reports["sections"].combine_chunks()
    values = lists.flatten()
    lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    report = np.repeat(np.arange(len(lists), dtype=np.int64), lengths)
    section = pc.index_in(values.field("name"), pa.array(SECTIONS))
    if section.null_count:
        row = int(report[section.is_null().to_pylist().index(True)])
        raise ContractError(
            f"report '{reports['report_id'][row]}' has a section that is not one of "
            f"{', '.join(SECTIONS)}; run the ingest stage again"
        )
    start, end = (values.field(name).to_numpy().astype(np.int64) for name in ("start", "end"))
    order = np.lexsort((end, start, report))
    code = section.to_numpy().astype(np.int64)
    return _Spans(report[order], code[order], start[order], end[order])


def _check_spans(spans: _Spans, report_ids: list[str], texts: list[str]) -> None:
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))[spans.report]
    outside = (spans.start < 0) | (spans.end < spans.start) | (spans.end > lengths)
    overlaps = np.zeros_like(outside)
    overlaps[1:] = (spans.report[1:] == spans.report[:-1]) & (spans.start[1:] < spans.end[:-1])
    wrong = np.flatnonzero(outside | overlaps)
    if len(wrong):
        row = wrong[0]
        problem = "leaves the text" if outside[row] else "overlaps the section before it"
        raise ContractError(
            f"report '{report_ids[spans.report[row]]}': the section "
            f"'{SECTIONS[spans.section[row]]}' at characters {spans.start[row]} to "
            f"{spans.end[row]} {problem}; run the ingest stage again"
        )
