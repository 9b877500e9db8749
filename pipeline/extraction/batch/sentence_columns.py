"""The sentences of many texts as columns; what stands between two certain stops is read once."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.extraction.batch.growing import able_to_grow
from pipeline.extraction.batch.runs import IntArray, expand_runs, rows_before
from pipeline.language.sentences import SentenceSplitter
from pipeline.language.typography import readable

# Pieces held before the later half is forgotten: what is frequent is met early.
_CAPACITY: Final = 100_000


@dataclass(frozen=True, slots=True)
class SentenceColumns:
    """The sentences of many texts in order, one text behind the other.

    Attributes:
        text: [S] the text a sentence is of.
        start: [S] offset of its first character in that text.
        end: [S] offset behind its last.
        refers_back: [S] whether it only speaks of the one before it.
    """

    text: IntArray
    start: IntArray
    end: IntArray
    refers_back: npt.NDArray[np.bool_]


class _Pieces(dict[str, int]):
    """The number of each piece of a text, read when it is first met."""

    def __init__(self, splitter: SentenceSplitter) -> None:
        super().__init__()
        self._read = splitter.read_piece
        self.counts = array("q")
        self.starts = array("q")
        self.ends = array("q")
        self.backs = array("b")

    def let_grow(self) -> None:
        """Make the columns ready for new pieces."""
        self.counts, self.starts = able_to_grow(self.counts), able_to_grow(self.starts)
        self.ends, self.backs = able_to_grow(self.ends), able_to_grow(self.backs)

    def keep(self, count: int) -> None:
        """Forget all pieces but so many, those that were met first."""
        pieces = dict(islice(self.items(), count))
        self.clear()
        self.update(pieces)
        self.counts = self.counts[:count]
        sentences = sum(self.counts)
        self.starts, self.ends = self.starts[:sentences], self.ends[:sentences]
        self.backs = self.backs[:sentences]

    def __missing__(self, piece: str) -> int:
        sentences = self._read(piece)
        self.counts.append(len(sentences))
        for start, end, refers_back in sentences:
            self.starts.append(start)
            self.ends.append(end)
            self.backs.append(refers_back)
        return self.setdefault(piece, len(self))


class TextSplitter:
    """Splits many texts at once, as `SentenceSplitter.split` does each."""

    def __init__(self, splitter: SentenceSplitter) -> None:
        self._splitter = splitter
        self._pieces = _Pieces(splitter)

    def __call__(self, texts: Sequence[str]) -> SentenceColumns:
        """The sentences of `texts`; offsets count what was given."""
        if len(self._pieces) >= _CAPACITY:
            self._pieces.keep(_CAPACITY // 2)
        self._pieces.let_grow()
        parts = [self._splitter.pieces(readable(text)) for text in texts]
        # Pieces and the blanks between them in turn: one more piece than blanks.
        counts = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
        every = list(chain.from_iterable(parts))
        lengths = np.fromiter(map(len, every), dtype=np.int64, count=len(every))
        text = np.repeat(np.arange(len(texts)), counts)
        first = rows_before(counts)
        before = rows_before(lengths)
        offset = before - before[first[text]]
        is_piece = (np.arange(len(every)) - first[text]) % 2 == 0
        pieces = chain.from_iterable([own[::2] for own in parts])
        number = np.fromiter(
            map(self._pieces.__getitem__, pieces), dtype=np.int64, count=int(is_piece.sum())
        )
        held = np.frombuffer(self._pieces.counts, dtype=np.int64)
        rows, piece = expand_runs(rows_before(held)[number], held[number])
        offset = offset[is_piece][piece]
        return SentenceColumns(
            text=text[is_piece][piece],
            start=np.frombuffer(self._pieces.starts, dtype=np.int64)[rows] + offset,
            end=np.frombuffer(self._pieces.ends, dtype=np.int64)[rows] + offset,
            refers_back=np.frombuffer(self._pieces.backs, dtype=np.int8)[rows] > 0,
        )
