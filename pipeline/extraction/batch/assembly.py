"""From occurrences of analysed passages to the mentions and findings tables, column by column."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.concepts import ASSERTIONS, CATEGORIES
from data_contracts.tables import FINDINGS, MENTIONS, SECTIONS
from pipeline.extraction.batch.analyses import (
    CONCEPT_LINKS,
    FINDING_FIELDS,
    MENTION_FIELDS,
    MENTION_LINKS,
    PASSAGE_FIELDS,
    STRING_FIELDS,
    AnalysisColumns,
)
from pipeline.extraction.batch.occurrences import Occurrences, analyses_of, find_occurrences
from pipeline.extraction.batch.passage_store import PassageStore
from pipeline.extraction.batch.runs import IntArray, expand_runs, rows_before

_SECTIONS = pa.array(SECTIONS)
_CATEGORIES = pa.array(CATEGORIES)
_ASSERTIONS = pa.array(ASSERTIONS)


@dataclass(frozen=True, slots=True)
class ExtractedPart:
    """The rows that a part of the reports table gives.

    Attributes:
        mentions: rows of the mentions table, by report and then in text order.
        findings: rows of the findings table, in the order of their mentions.
    """

    mentions: pa.Table
    findings: pa.Table

    @property
    def tables(self) -> dict[str, pa.Table]:
        """The rows by the name of their table's contract."""
        return {MENTIONS.name: self.mentions, FINDINGS.name: self.findings}


@dataclass(frozen=True, slots=True)
class _Expansion:
    """Mention rows of all occurrences, and for each occurrence the row of its first mention."""

    owner: IntArray
    fields: dict[str, IntArray]
    first_row: IntArray
    report: IntArray
    ids: pa.Array


def extract_reports(reports: pa.Table, store: PassageStore) -> ExtractedPart:
    """Extract a part of the reports table.

    The rows depend on the reports and the extractor alone, not on what the store held before.

    Args:
        reports: rows of the reports table; only `REPORT_COLUMNS` are read.
        store: the analyses of the passages seen so far.

    Raises:
        ContractError: a section's span leaves its text or overlaps another.
        ExtractionError: a passage could not be analysed.
    """
    store.make_room()
    occurrences = find_occurrences(reports, store)
    analyses = analyses_of(reports, occurrences, store)
    return assemble(reports["report_id"].combine_chunks(), occurrences, analyses)


def assemble(
    report_ids: pa.Array, occurrences: Occurrences, analyses: AnalysisColumns
) -> ExtractedPart:
    """Repeat every passage's rows at each of its occurrences.

    Args:
        report_ids: (reports,) ids of the part's reports.
        occurrences: the part's passages, by report and then in text order.
        analyses: what the passages say.
    """
    passages = dict(zip(PASSAGE_FIELDS, analyses.passages[occurrences.passage].T, strict=True))
    rows, owner = expand_runs(passages["first_mention"], passages["mentions"])
    report = occurrences.report[owner]
    number = np.arange(len(rows)) - np.searchsorted(report, report)
    expansion = _Expansion(
        owner=owner,
        fields=dict(zip(MENTION_FIELDS, analyses.mentions[rows].T, strict=True)),
        first_row=rows_before(passages["mentions"]),
        report=report,
        ids=pc.binary_join_element_wise(
            report_ids.take(pa.array(report)), pa.array(number).cast(pa.string()), "/"
        ),
    )
    return ExtractedPart(
        mentions=_mentions(report_ids, occurrences, analyses, expansion),
        findings=_findings(report_ids, occurrences, analyses, expansion, passages),
    )


def _mentions(
    report_ids: pa.Array, occurrences: Occurrences, analyses: AnalysisColumns, rows: _Expansion
) -> pa.Table:
    fields, owner = rows.fields, rows.owner
    base = occurrences.start[owner]
    start = fields["start"] + base
    sentence, ordinal = _sentences(occurrences, rows.report, start)
    links, mention = expand_runs(fields["first_link"], fields["links"])
    linked = analyses.links[links] + rows.first_row[owner[mention]]
    no_cue = fields["cue_start"] < 0
    strings = pa.array(analyses.strings, pa.string())
    columns = {
        "mention_id": rows.ids,
        "report_id": report_ids.take(pa.array(rows.report)),
        "section": _SECTIONS.take(pa.array(occurrences.section[owner])),
        "sentence": ordinal,
        "sentence_start": occurrences.sentence_start[sentence],
        "sentence_end": occurrences.sentence_end[sentence],
        "start": start,
        "end": fields["end"] + base,
        "category": _CATEGORIES.take(pa.array(fields["category"])),
        "assertion": _ASSERTIONS.take(pa.array(fields["assertion"])),
        "cue_start": pa.array(fields["cue_start"] + base, mask=no_cue),
        "cue_end": pa.array(fields["cue_end"] + base, mask=no_cue),
        "finding_ids": _lists(rows.ids.take(pa.array(linked)), fields["links"]),
        **{name: _decode(strings, fields[name]) for name in STRING_FIELDS},
    }
    table = pa.table(columns).select(MENTIONS.column_names)
    return table.cast(MENTIONS.schema())


def _findings(
    report_ids: pa.Array,
    occurrences: Occurrences,
    analyses: AnalysisColumns,
    rows: _Expansion,
    passages: dict[str, IntArray],
) -> pa.Table:
    found, owner = expand_runs(passages["first_finding"], passages["findings"])
    fields = dict(zip(FINDING_FIELDS, analyses.findings[found].T, strict=True))
    mention = fields["mention"] + rows.first_row[owner]
    strings = pa.array(analyses.strings, pa.string())
    first = fields["first_link"]
    places: dict[str, pa.Array] = {}
    for group in CONCEPT_LINKS:
        links, _ = expand_runs(first, fields[group])
        places[group] = _lists(_decode(strings, analyses.links[links]), fields[group])
        first = first + fields[group]
    linked: dict[str, pa.Array] = {}
    for group in MENTION_LINKS:
        links, finding = expand_runs(first, fields[group])
        mentions = analyses.links[links] + rows.first_row[owner[finding]]
        linked[group] = _lists(rows.ids.take(pa.array(mentions)), fields[group])
        first = first + fields[group]
    columns = {
        "report_id": report_ids.take(pa.array(occurrences.report[owner])),
        "mention_id": rows.ids.take(pa.array(mention)),
        "section": _SECTIONS.take(pa.array(occurrences.section[owner])),
        "finding": _decode(strings, rows.fields["concept_id"][mention]),
        "assertion": _ASSERTIONS.take(pa.array(rows.fields["assertion"][mention])),
        **places,
        "mention_ids": linked["mentions"],
        "interprets": linked["interprets"],
    }
    return pa.table(columns).select(FINDINGS.column_names).cast(FINDINGS.schema())


def _sentences(
    occurrences: Occurrences, report: IntArray, start: IntArray
) -> tuple[IntArray, IntArray]:
    """Per mention, the row of its sentence, and the sentence's ordinal in its report."""
    # One number orders (report, offset); no offset reaches the factor.
    factor = int(max(occurrences.sentence_end.max(initial=0), start.max(initial=0))) + 1
    begins = occurrences.sentence_report * factor + occurrences.sentence_start
    sentence = np.searchsorted(begins, report * factor + start, side="right") - 1
    return sentence, sentence - np.searchsorted(occurrences.sentence_report, report)


def _decode(strings: pa.Array, codes: IntArray) -> pa.Array:
    """The strings behind `codes`; -1 is null."""
    return strings.take(pa.array(codes, mask=codes < 0))


def _lists(values: pa.Array, lengths: IntArray) -> pa.Array:
    """A list column of consecutive runs of `values`."""
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)
