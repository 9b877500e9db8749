"""Where the distinct passages occur in a part of the reports table."""

from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.checking import ContractError
from data_contracts.tables import SECTIONS
from pipeline.extraction.analyses import AnalysisColumns
from pipeline.extraction.passage_store import (
    Abbreviations,
    PassageKey,
    PassageStore,
    UnreadablePassageError,
)
from pipeline.extraction.passages import split_passages
from pipeline.extraction.runs import IntArray, spread

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


class _DistinctSections:
    """The distinct section texts of a part, split into passages, as columns."""

    def __init__(self, store: PassageStore) -> None:
        self._store = store
        self._numbers: dict[tuple[str, str, Abbreviations], int] = {}
        self._counts: list[int] = []  # passages of each section
        # Of all passages, in plain numbers, which the garbage collector need not walk.
        self._in_store: list[int] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        # Sentences of the few that have several, by the passage's place.
        self._several: dict[int, tuple[tuple[int, int], ...]] = {}

    def number(self, text: str, section: str, abbreviations: Abbreviations) -> int:
        """The section's row, split and numbered when it is first seen."""
        key = (text, section, abbreviations)
        number = self._numbers.get(key)
        if number is None:
            self._add(text, section, abbreviations)
            number = self._numbers[key] = len(self._numbers)
        return number

    def _add(self, text: str, section: str, abbreviations: Abbreviations) -> None:
        passages = split_passages(text)
        keys: list[PassageKey] = []
        for start, end, sentences in passages:
            self._starts.append(start)
            self._ends.append(end)
            if len(sentences) == 1:
                keys.append(text[start:end])
            else:
                self._several[len(self._starts) - 1] = sentences
                later = tuple([begin - start for begin, _ in sentences[1:]])
                keys.append((text[start:end], later))
        self._counts.append(len(passages))
        if abbreviations:
            self._in_store += [self._abbreviated(key, section, abbreviations) for key in keys]
        else:
            self._in_store += map(self._store.numbers(section).__getitem__, keys)

    def _abbreviated(self, key: PassageKey, section: str, abbreviations: Abbreviations) -> int:
        text = key if isinstance(key, str) else key[0]
        used = tuple(pair for pair in abbreviations if pair[0] in text)
        return self._store.numbers(section, used)[key]

    def occurrences(self, spans: _Spans, numbers: IntArray) -> Occurrences:
        """Each span's passages and sentences, `numbers` being the spans' distinct sections."""
        counts = np.array(self._counts, dtype=np.int64)
        in_store = np.array(self._in_store, dtype=np.int64)
        start = np.array(self._starts, dtype=np.int64)
        sentences, sentence_counts = self._sentences(start)
        rows, owner = spread((np.cumsum(counts) - counts)[numbers], counts[numbers])
        first_sentence = np.cumsum(sentence_counts) - sentence_counts
        sentence_rows, passage = spread(first_sentence[rows], sentence_counts[rows])
        sentence_owner = owner[passage]
        base = spans.start[sentence_owner]
        return Occurrences(
            report=spans.report[owner],
            start=start[rows] + spans.start[owner],
            section=spans.section[owner],
            passage=in_store[rows],
            sentence_report=spans.report[sentence_owner],
            sentence_start=sentences[sentence_rows, 0] + base,
            sentence_end=sentences[sentence_rows, 1] + base,
        )

    def _sentences(self, start: IntArray) -> tuple[IntArray, IntArray]:
        """(sentences, 2) start and end of each, and how many each passage has."""
        several = np.array(list(self._several), dtype=np.int64)
        counts = np.ones(len(start), dtype=np.int64)
        counts[several] = [len(sentences) for sentences in self._several.values()]
        sentences = np.column_stack([start, np.array(self._ends, dtype=np.int64)])
        sentences = np.repeat(sentences, counts, axis=0)
        rows, _ = spread((np.cumsum(counts) - counts)[several], counts[several])
        flat = chain.from_iterable(chain.from_iterable(self._several.values()))
        sentences[rows] = np.fromiter(flat, dtype=np.int64).reshape(-1, 2)
        return sentences, counts


def find_occurrences(reports: pa.Table, store: PassageStore) -> Occurrences:
    """Split the sections of `reports` into passages and have the store number them.

    Args:
        reports: a part of the reports table with at least `REPORT_COLUMNS`.
        store: where the analyses are and go.

    Raises:
        ContractError: a section's span leaves its text or overlaps another.
        ExtractionError: a section could not be split.
    """
    report_ids = reports["report_id"].to_pylist()
    texts = reports["text"].to_pylist()
    spans = _section_spans(reports)
    _check_spans(spans, report_ids, texts)
    distinct = _DistinctSections(store)
    numbers: list[int] = []
    abbreviations: Abbreviations = ()
    previous = -1
    columns = (spans.report, spans.section, spans.start, spans.end)
    for report, section, start, end in zip(*(c.tolist() for c in columns), strict=True):
        name, kind = SECTIONS[section], ""
        try:
            if report != previous:
                abbreviations = store.extractor.find_abbreviations(texts[report])
                previous = report
            numbers.append(distinct.number(texts[report][start:end], name, abbreviations))
        except Exception as error:  # noqa: BLE001 - whatever it is, it may quote the report
            kind = type(error).__name__
        if kind:
            # Raised out here, so that the other error does not travel along as its context.
            raise _unreadable(report_ids[report], name, f"characters {start} to {end}", kind)
    return distinct.occurrences(spans, np.array(numbers, dtype=np.int64))


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
    row = occurrences.passage.tolist().index(number)
    report_id = reports["report_id"][int(occurrences.report[row])].as_py()
    name = SECTIONS[occurrences.section[row]]
    place = f"character {occurrences.start[row]} and behind it"
    raise _unreadable(report_id, name, place, kind)


def _unreadable(report_id: str, section: str, place: str, kind: str) -> ExtractionError:
    return ExtractionError(
        f"report '{report_id}': the section '{section}' at {place} could not be analysed ({kind}); "
        "the parts that are finished are kept. This is a defect of the extraction rules: report it "
        "with these offsets, and take the report out of the source to go on without it"
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
