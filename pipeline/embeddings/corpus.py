"""The corpus that word2vec reads: one sentence a line, the lexicon's phrases joined."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.embeddings.words import join_phrases, joined_phrase, split_words
from pipeline.language.sentences import SentenceSplitter

#: Sections whose sentences speak of findings, of whatever assertion; the rest (technique,
#: comparison, other) tell how the image was made.
CORPUS_SECTIONS: Final = (*ASSERTING_SECTIONS, "indication", "history")

REPORT_COLUMNS: Final = ("report_id", "text", "sections")
MENTION_COLUMNS: Final = ("report_id", "section", "start", "end", "text", "concept_id")

Spans = list[tuple[int, int]]


def corpus_sentences(
    reports: pa.Table, mentions: pa.Table, splitter: SentenceSplitter
) -> Iterator[tuple[str, ...]]:
    """The words of each sentence of the reports, in reading order.

    Args:
        reports: rows with `REPORT_COLUMNS`.
        mentions: all of their mentions, with `MENTION_COLUMNS`.
        splitter: finds the sentences.
    """
    texts, sections = reports["text"].to_pylist(), reports["sections"].to_pylist()
    phrases = _phrases_by_report(reports, mentions)
    for text, spans, of_report in zip(texts, sections, phrases, strict=True):
        joined = join_phrases(text, of_report)
        for section in spans:
            if section["name"] not in CORPUS_SECTIONS:
                continue
            base = section["start"]
            # Boundaries are found in the text as received: a joint could hide one.
            for start, end in splitter.sentences(text[base : section["end"]]):
                words = split_words(joined[base + start : base + end])
                if words:
                    yield words


def count_concept_words(mentions: pa.Table) -> Counter[tuple[str, str]]:
    """How often each concept is named by each word or joined phrase, as (concept id, word).

    Args:
        mentions: rows with `MENTION_COLUMNS`.
    """
    told = mentions.filter(pc.is_in(mentions["section"], value_set=pa.array(CORPUS_SECTIONS)))
    counts: Counter[tuple[str, str]] = Counter()
    grouped = told.group_by(["concept_id", "text"]).aggregate([([], "count_all")])
    for row in grouped.to_pylist():
        word = joined_phrase(row["text"])
        if word is not None:
            counts[row["concept_id"], word] += row["count_all"]
    return counts


def _phrases_by_report(reports: pa.Table, mentions: pa.Table) -> Iterator[Spans]:
    """Per report, the spans of its phrases of several words, as `join_phrases` wants them."""
    several = mentions.filter(pc.match_substring_regex(mentions["text"], r"[^\pL\pN]"))
    report = np.asarray(pc.index_in(several["report_id"], value_set=reports["report_id"]))
    start, end = np.asarray(several["start"]), np.asarray(several["end"])
    order = np.lexsort((-end, start, report))
    bounds = np.searchsorted(report[order], np.arange(reports.num_rows + 1))
    starts, ends = start[order].tolist(), end[order].tolist()
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        yield list(zip(starts[first:last], ends[first:last], strict=True))
