"""The passages of sections' texts, found once for each distinct text."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.extraction.batch.passage_store import PassageKey, PassageStore
from pipeline.extraction.batch.runs import IntArray
from pipeline.extraction.batch.sentence_columns import SentenceColumns
from pipeline.language.sentences import LONGEST_PASSAGE
from pipeline.language.typography import readable
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
        self._texts = 0
        self._passages = [_NOTHING]
        self._sentences = [_NOTHING]

    def number(
        self, texts: Sequence[str], section: str, abbreviations: Abbreviations = ()
    ) -> IntArray:
        """[texts] the number of each text; equal ones among them have one.

        Args:
            texts: texts of sections.
            section: the sections' name.
            abbreviations: those that their report defines.
        """
        numbers = {text: number for number, text in enumerate(dict.fromkeys(texts), self._texts)}
        distinct = list(numbers)
        self._texts += len(distinct)
        sentences = self._store.split(distinct)
        opens = ~_goes_on(distinct, sentences)
        first = np.flatnonzero(opens)
        last = np.append(first, len(opens))[1:] - 1
        keys = _keys(distinct, sentences, first, last)
        self._passages.append(
            PassageRows(
                _counts(sentences.text[first], len(distinct)),
                sentences.start[first],
                sentences.end[last],
                self._number(keys, section, abbreviations),
            )
        )
        self._sentences.append(
            PassageRows(
                _counts(sentences.text, len(distinct)),
                sentences.start,
                sentences.end,
                np.zeros_like(sentences.start),
            )
        )
        return np.fromiter(map(numbers.__getitem__, texts), dtype=np.int64, count=len(texts))

    def passages(self) -> PassageRows:
        """The passages of all texts."""
        return _joined(self._passages)

    def sentences(self) -> PassageRows:
        """The sentences of all texts."""
        return _joined(self._sentences)

    def _number(
        self, keys: Sequence[PassageKey], section: str, abbreviations: Abbreviations
    ) -> IntArray:
        """[keys] the number of each passage, which may have some of its report's abbreviations."""
        if not abbreviations:
            numbers = self._store.numbers(section)
            return np.fromiter(map(numbers.__getitem__, keys), dtype=np.int64, count=len(keys))
        short_forms = _ShortForms(abbreviations)
        found: list[int] = []
        for key in keys:
            own = key if isinstance(key, str) else key[0]
            found.append(self._store.numbers(section, short_forms.within(own))[key])
        return np.array(found, dtype=np.int64)


class _ShortForms:
    """The abbreviations of a report, of which each passage may have some."""

    def __init__(self, abbreviations: Abbreviations) -> None:
        self._pairs: dict[str, list[tuple[str, str]]] = {}
        for short, long in abbreviations:
            self._pairs.setdefault(short, []).append((short, long))
        self._lengths = sorted({len(short) for short in self._pairs})

    def within(self, text: str) -> Abbreviations:
        """Those whose short form is part of a text, sorted.

        A report may define thousands, so that the text's parts are looked up among them, and not
        each of them in the text.
        """
        met = {
            part
            for length in self._lengths
            for start in range(len(text) - length + 1)
            if (part := text[start : start + length]) in self._pairs
        }
        return tuple(sorted([pair for short in met for pair in self._pairs[short]]))


_EMPTY = np.zeros(0, dtype=np.int64)
_NOTHING = PassageRows(_EMPTY, _EMPTY, _EMPTY, _EMPTY)


def _goes_on(texts: Sequence[str], sentences: SentenceColumns) -> npt.NDArray[np.bool_]:
    """[S] whether a sentence is of the passage of the one before it: see `join_passages`."""
    text, start, end = sentences.text, sentences.start, sentences.end
    goes_on = sentences.refers_back.copy()
    goes_on[:1] = False
    goes_on[1:] &= text[1:] == text[:-1]
    # Where the passage begins that each sentence is of, once that is known.
    begin = start.copy()
    plain, of = "", -1
    for row in np.flatnonzero(goes_on).tolist():
        if of != text[row]:
            plain, of = readable(texts[text[row]]), int(text[row])
        apart = not plain[end[row - 1] : start[row]].isspace()
        goes_on[row] = not apart and end[row] - begin[row - 1] <= LONGEST_PASSAGE
        if goes_on[row]:
            begin[row] = begin[row - 1]
    return goes_on


def _keys(
    texts: Sequence[str], sentences: SentenceColumns, first: IntArray, last: IntArray
) -> list[PassageKey]:
    """The keys of the passages that begin and end with these sentences."""
    places = zip(
        sentences.text[first].tolist(),
        sentences.start[first].tolist(),
        sentences.end[last].tolist(),
        strict=True,
    )
    keys: list[PassageKey] = [texts[text][start:end] for text, start, end in places]
    for row in np.flatnonzero(first < last).tolist():
        begins = sentences.start[first[row] : last[row] + 1].tolist()
        own = keys[row]
        assert isinstance(own, str)
        keys[row] = (own, tuple([begin - begins[0] for begin in begins[1:]]))
    return keys


def _counts(text: IntArray, texts: int) -> IntArray:
    counts: IntArray = np.bincount(text, minlength=texts)
    return counts


def _joined(rows: Sequence[PassageRows]) -> PassageRows:
    return PassageRows(*(np.concatenate(column) for column in zip(*rows, strict=True)))
