"""The passages of sections' texts, found once for each distinct text."""

from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.extraction.batch.passage_store import PassageKey, PassageStore
from pipeline.extraction.batch.runs import IntArray
from pipeline.language.sentences import Passage, join_passages
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
        self._split = store.extractor.splitter.split
        # Flat rows: of texts how many passages and sentences, of these start, end and number.
        self._texts = array("q")
        self._passages = array("q")
        self._sentences = array("q")

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
        plain = self._store.numbers(section)
        for text in texts:
            if text not in numbers:
                numbers[text] = len(self._texts) // 2
                self._add(text, plain, section, abbreviations)
        return np.fromiter(map(numbers.__getitem__, texts), dtype=np.int64, count=len(texts))

    def passages(self) -> PassageRows:
        """The passages of all texts."""
        return _rows(self._texts[::2], self._passages)

    def sentences(self) -> PassageRows:
        """The sentences of all texts."""
        return _rows(self._texts[1::2], self._sentences)

    def _add(
        self,
        text: str,
        numbers: Mapping[PassageKey, int],
        section: str,
        abbreviations: Abbreviations,
    ) -> None:
        sentences = self._split(text)
        if abbreviations or any(refers_back for _, _, refers_back in sentences):
            rows = self._passage_rows(text, join_passages(text, sentences), section, abbreviations)
            self._sentences.extend([field for one in sentences for field in one])
        else:
            # Nearly always each sentence is a passage.
            rows = [f for a, b, _ in sentences for f in (a, b, numbers[text[a:b]])]
            self._sentences.extend(rows)
        self._passages.extend(rows)
        self._texts.extend((len(rows) // 3, len(sentences)))

    def _passage_rows(
        self, text: str, passages: Sequence[Passage], section: str, abbreviations: Abbreviations
    ) -> list[int]:
        rows: list[int] = []
        for start, end, spans in passages:
            own = text[start:end]
            used = tuple([pair for pair in abbreviations if pair[0] in own])
            key: PassageKey = own
            if len(spans) > 1:
                key = (own, tuple([begin - start for begin, _ in spans[1:]]))
            rows += (start, end, self._store.numbers(section, used)[key])
        return rows


def _rows(counts: "array[int]", rows: "array[int]") -> PassageRows:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return PassageRows(np.array(counts, dtype=np.int64), *columns)
