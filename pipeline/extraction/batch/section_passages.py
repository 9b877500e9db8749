"""The passages of sections' texts, found once for each distinct text."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pipeline.extraction.batch.passage_store import PassageKey, PassageStore
from pipeline.extraction.batch.runs import IntArray
from pipeline.rules.values import Abbreviations


class PassageRows(NamedTuple):
    """Passages or sentences in text order, one text behind the other.

    Attributes:
        counts: [texts] how many each text has.
        start: [N] where in its text each begins.
        end: [N] where it ends.
        number: [N] a passage's number in the store; of a sentence it means nothing.
    """

    counts: IntArray
    start: IntArray
    end: IntArray
    number: IntArray


class DistinctSections:
    """Texts by number, split into passages which a store numbers."""

    def __init__(self, store: PassageStore) -> None:
        self._store = store
        self._split = store.extractor.splitter.passages
        self._counts: list[tuple[int, int]] = []
        self._passages: list[tuple[int, int, int]] = []
        self._sentences: list[tuple[int, int, int]] = []

    def number(
        self, texts: Sequence[str], section: str, abbreviations: Abbreviations = ()
    ) -> IntArray:
        """[texts] the number of each text; equal ones among them have one.

        Args:
            texts: texts of sections.
            section: the sections' name.
            abbreviations: those that their report defines.
        """
        numbers: dict[str, int] = {}
        for text in texts:
            if text not in numbers:
                numbers[text] = len(self._counts)
                self._add(text, section, abbreviations)
        return np.fromiter(map(numbers.__getitem__, texts), dtype=np.int64, count=len(texts))

    def passages(self) -> PassageRows:
        """The passages of all texts."""
        return _rows([passages for passages, _ in self._counts], self._passages)

    def sentences(self) -> PassageRows:
        """The sentences of all texts."""
        return _rows([sentences for _, sentences in self._counts], self._sentences)

    def _add(self, text: str, section: str, abbreviations: Abbreviations) -> None:
        passages, sentences = len(self._passages), len(self._sentences)
        plain = self._store.numbers(section)
        for start, end, spans in self._split(text):
            own = text[start:end]
            used = tuple([pair for pair in abbreviations if pair[0] in own])
            numbers = self._store.numbers(section, used) if used else plain
            key: PassageKey = own
            if len(spans) > 1:
                key = (own, tuple([begin - start for begin, _ in spans[1:]]))
            self._passages.append((start, end, numbers[key]))
            self._sentences += [(*span, 0) for span in spans]
        self._counts.append((len(self._passages) - passages, len(self._sentences) - sentences))


def _rows(counts: list[int], rows: list[tuple[int, int, int]]) -> PassageRows:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return PassageRows(np.array(counts, dtype=np.int64), *columns)
