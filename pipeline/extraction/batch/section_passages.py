"""The passages of sections' texts, found once for each distinct text."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from pipeline.extraction.batch.ordinary_pieces import Pieces, cut_at_ordinary_stops
from pipeline.extraction.batch.passage_store import FOLLOWS, NO_SENTENCE, PassageKey, PassageStore
from pipeline.extraction.batch.runs import IntArray
from pipeline.language.sentences import split_passages
from pipeline.rules.statements import Abbreviations


class Placed(NamedTuple):
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
        self._height = 0
        # (N, 4) rows: the text's number, start and end in it, number in the store.
        self._passages = [_rows([])]
        self._sentences = [_rows([])]

    def number(
        self, texts: Sequence[str], section: str, abbreviations: Abbreviations = ()
    ) -> IntArray:
        """[texts] the number of each text; equal ones among them have one.

        Args:
            texts: texts of sections.
            section: the sections' name.
            abbreviations: those that their report defines.
        """
        distinct = list(dict.fromkeys(texts))
        if abbreviations:
            left = list(range(len(distinct)))
        else:
            sentences, left = self._ordinary_sentences(distinct, section)
            passages = _joined(sentences, distinct, self._store.numbers(section))
            self._add(passages, sentences)
        for place in left:
            self._split(place, distinct[place], section, abbreviations)
        numbers = dict(
            zip(distinct, range(self._height, self._height + len(distinct)), strict=True)
        )
        self._height += len(distinct)
        return np.fromiter(map(numbers.__getitem__, texts), dtype=np.int64, count=len(texts))

    def passages(self) -> Placed:
        """The passages of all texts."""
        return _placed(self._passages, self._height)

    def sentences(self) -> Placed:
        """The sentences of all texts."""
        return _placed(self._sentences, self._height)

    def _add(self, passages: IntArray, sentences: IntArray) -> None:
        """Add rows whose texts count from the first that has no number yet."""
        offset = [self._height, 0, 0, 0]
        self._passages.append(passages + offset)
        self._sentences.append(sentences + offset)

    def _ordinary_sentences(self, texts: Sequence[str], section: str) -> tuple[IntArray, list[int]]:
        """Rows of the sentences of texts that only ordinary stops divide, and the other texts."""
        cut = cut_at_ordinary_stops(texts)
        number = self._piece_numbers(cut, section)
        ruled = cut.ruled.copy()
        ruled[cut.text[number == NO_SENTENCE]] = True
        rows = np.column_stack([cut.text, cut.start, cut.end, number])
        return rows[~ruled[cut.text]], np.flatnonzero(ruled).tolist()

    def _piece_numbers(self, cut: Pieces, section: str) -> IntArray:
        number = np.full(len(cut.pieces), NO_SENTENCE, dtype=np.int64)
        for stop, ends_so in ((".", cut.stopped), ("", ~cut.stopped)):
            places = np.flatnonzero(ends_so & ~cut.ruled[cut.text])
            wanted = [cut.pieces[place] for place in places.tolist()]
            found = map(self._store.pieces(section, stop).__getitem__, wanted)
            number[places] = np.fromiter(found, dtype=np.int64, count=len(wanted))
        return number

    def _split(self, place: int, text: str, section: str, abbreviations: Abbreviations) -> None:
        """Split a text by all the rules."""
        passages: list[tuple[int, ...]] = []
        sentences: list[tuple[int, ...]] = []
        for start, end, spans in split_passages(text):
            said = text[start:end]
            used = tuple([pair for pair in abbreviations if pair[0] in said])
            key = _key(said, [begin - start for begin, _ in spans[1:]])
            passages.append((place, start, end, self._store.numbers(section, used)[key]))
            sentences += [(place, *span, FOLLOWS) for span in spans]
        self._add(_rows(passages), _rows(sentences))


def _joined(
    sentences: IntArray, texts: Sequence[str], numbers: Mapping[PassageKey, int]
) -> IntArray:
    """Rows of passages: sentences that only speak of the one before them join it.

    A list item stands for itself, whatever it begins with; so does what opens a text.
    """
    first_of: dict[int, int] = {}
    joined: dict[int, list[int]] = {}
    for row in np.flatnonzero(sentences[:, 3] == FOLLOWS).tolist():
        text, start = sentences[row, :2].tolist()
        before, _, end, _ = sentences[row - 1].tolist() if row else (-1, 0, 0, 0)
        if before == text and texts[text][end:start].isspace():
            first = first_of[row] = first_of.get(row - 1, row - 1)
            joined.setdefault(first, []).append(row)
        else:
            joined[row] = []
    passages = sentences.copy()
    for first, others in joined.items():
        text, start = sentences[first, :2].tolist()
        end = int(sentences[others[-1] if others else first, 2])
        key = _key(texts[text][start:end], (sentences[others, 1] - start).tolist())
        passages[first, 2:] = end, numbers[key]
    return np.delete(passages, list(first_of), axis=0)


def _key(text: str, later_sentences: Sequence[int]) -> PassageKey:
    return (text, tuple(later_sentences)) if later_sentences else text


def _rows(rows: list[tuple[int, ...]]) -> IntArray:
    return np.array(rows, dtype=np.int64).reshape(-1, 4)


def _placed(parts: list[IntArray], texts: int) -> Placed:
    rows = np.concatenate(parts)
    text, start, end, number = rows[np.argsort(rows[:, 0], kind="stable")].T
    return Placed(np.bincount(text, minlength=texts), start, end, number)
