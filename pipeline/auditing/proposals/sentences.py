"""The distinct sentences that state what images show, where they occur, and what is known there."""

from array import array
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.language.sentences import SentenceSplitter

REPORT_COLUMNS: Final = ("report_id", "text", "sections")
MENTION_COLUMNS: Final = ("report_id", "start", "end")

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SentenceOccurrences:
    """(occurrences,) the number of the sentence, and that of the report it occurs in."""

    sentence: IntArray
    report: IntArray


class SentenceInventory:
    """Collects sentences batch by batch; a sentence's number is its place in `texts`.

    Args:
        splitter: finds them.
    """

    def __init__(self, splitter: SentenceSplitter) -> None:
        # Whole sections recur: a normal chest reads the same a thousand times.
        self._split = lru_cache(maxsize=100_000)(splitter.sentences)
        self._numbers: dict[str, int] = {}
        self._sentence = array("q")
        self._report = array("q")
        self._covered: list[IntArray] = []
        self.reports = 0

    @property
    def texts(self) -> list[str]:
        """The distinct sentences, in the order in which they first occur."""
        return list(self._numbers)

    def add(self, reports: pa.Table, mentions: pa.Table) -> None:
        """Add reports and their mentions.

        Args:
            reports: rows with at least `REPORT_COLUMNS`.
            mentions: all their mentions, with at least `MENTION_COLUMNS`.
        """
        first = len(self._sentence)
        starts, ends = array("q"), array("q")
        columns = (reports["text"].to_pylist(), reports["sections"].to_pylist())
        for row, (text, sections) in enumerate(zip(*columns, strict=True)):
            for section in sections:
                if section["name"] not in ASSERTING_SECTIONS:
                    continue
                base = section["start"]
                for start, end in self._split(text[base : section["end"]]):
                    sentence = text[base + start : base + end]
                    number = self._numbers.setdefault(sentence, len(self._numbers))
                    self._sentence.append(number)
                    self._report.append(self.reports + row)
                    starts.append(base + start)
                    ends.append(base + end)
        placed = _Placed(
            sentence=_integers(self._sentence)[first:],
            row=_integers(self._report)[first:] - self.reports,
            start=_integers(starts),
            end=_integers(ends),
        )
        self._covered.append(_covered(placed, reports, mentions))
        self.reports += reports.num_rows

    def occurrences(self) -> SentenceOccurrences:
        """Where each sentence occurs."""
        return SentenceOccurrences(_integers(self._sentence), _integers(self._report))

    def covered(self) -> dict[int, list[tuple[int, int]]]:
        """Per sentence, the spans that mentions take in it in any report.

        Offsets count the sentence's characters.
        """
        if not self._covered:
            return {}
        spans: dict[int, list[tuple[int, int]]] = {}
        for number, start, end in np.unique(np.concatenate(self._covered), axis=0).tolist():
            spans.setdefault(number, []).append((start, end))
        return spans


@dataclass(frozen=True, slots=True)
class _Placed:
    sentence: IntArray
    row: IntArray
    start: IntArray
    end: IntArray


def _covered(placed: _Placed, reports: pa.Table, mentions: pa.Table) -> IntArray:
    """(spans, 3) sentence, and start and end in it, of each mention that lies in a sentence."""
    rows = pc.index_in(mentions["report_id"], value_set=reports["report_id"].combine_chunks())
    row = np.asarray(pc.fill_null(rows, -1)).astype(np.int64)
    start, end = (np.asarray(mentions[name]).astype(np.int64) for name in ("start", "end"))
    if not len(row) or not len(placed.start):
        return np.empty((0, 3), dtype=np.int64)
    # Sentences are sorted by report and disjoint, but sections need not be in text order.
    order = np.lexsort((placed.start, placed.row))
    stride = int(max(placed.end.max(), end.max())) + 1
    keys = (placed.row * stride + placed.start)[order]
    last = np.searchsorted(keys, row * stride + start, side="right") - 1
    within = order[np.maximum(last, 0)]
    inside = (last >= 0) & (placed.row[within] == row) & (start < placed.end[within])
    within, start, end = within[inside], start[inside], end[inside]
    base = placed.start[within]
    return np.column_stack([placed.sentence[within], start - base, end - base])


def _integers(values: "array[int]") -> IntArray:
    return np.array(values, dtype=np.int64)
