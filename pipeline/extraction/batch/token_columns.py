"""The tokens of many texts as columns; what stands between two blanks is tokenized once."""

import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from spacy.language import Language

from pipeline.extraction.batch.growing import able_to_grow
from pipeline.extraction.batch.runs import IntArray, expand_runs, rows_before
from pipeline.language.tokens import words_of
from pipeline.language.typography import readable, spelt_out

# Words of a language are few, but numbers, dates and names have no end.
_CAPACITY: Final = 50_000
_BLANK: Final = re.compile(r"[^\S ]")
_PLAIN_BLANKS: Final = bytes(ord(" ") if chr(code).isspace() else code for code in range(256))

#: What a reader makes of a token: a code, by its lower case and by spaCy's norm ("n't" is "not").
WordReader = Callable[[str, str], int]


@dataclass(frozen=True, slots=True)
class TokenColumns:
    """The tokens of many texts, one text behind the other.

    Attributes:
        text: [T] the text a token is of.
        start: [T] offset of its first character in that text.
        end: [T] offset behind its last.
        codes: for each reader [T] what it makes of a token.
        first: [texts + 1] the first token of each text, and at last how many there are.
    """

    text: IntArray
    start: IntArray
    end: IntArray
    codes: tuple[IntArray, ...]
    first: IntArray

    @property
    def text_ends(self) -> IntArray:
        """[T] for each token the one behind the last of its text."""
        text_ends: IntArray = self.first[self.text + 1]
        return text_ends


class _Chunks(dict[str, int]):
    """The number of each text between two blanks, tokenized when it is first met."""

    def __init__(self, nlp: Language, readers: Sequence[WordReader]) -> None:
        super().__init__()
        self._nlp = nlp
        self._readers = readers
        self.counts = array("q")
        self.starts = array("q")
        self.ends = array("q")
        self.codes = tuple(array("q") for _ in readers)
        self._words: dict[tuple[str, str], tuple[int, ...]] = {}

    def let_grow(self) -> None:
        """Make the columns ready for new chunks."""
        self.counts, self.starts = able_to_grow(self.counts), able_to_grow(self.starts)
        self.ends, self.codes = able_to_grow(self.ends), tuple(map(able_to_grow, self.codes))

    def __missing__(self, chunk: str) -> int:
        plain, origins = spelt_out(chunk)
        doc = self._nlp.make_doc(plain)
        self.counts.append(len(doc))
        starts = [token.idx for token in doc]
        ends = [token.idx + len(token) for token in doc]
        if origins is not None:
            starts = [origins[start] for start in starts]
            ends = [origins[end - 1] + 1 for end in ends]
        self.starts.extend(starts)
        self.ends.extend(ends)
        words, norms = words_of(doc, "LOWER"), words_of(doc, "NORM")
        read = list(map(self._read, zip(words, norms, strict=True)))
        for number, codes in enumerate(self.codes):
            codes.extend([of_word[number] for of_word in read])
        return self.setdefault(chunk, len(self))

    def _read(self, word: tuple[str, str]) -> tuple[int, ...]:
        """What each reader makes of a word and its norm; a chunk may be a thousand commas."""
        read = self._words.get(word)
        if read is None:
            read = self._words[word] = tuple([reader(*word) for reader in self._readers])
        return read


class Tokenizer:
    """Tokenizes many texts at once, what stands between two blanks once and then from memory.

    The tokens are those that `tokenize` gives for each text.

    Args:
        nlp: the pipeline whose tokenizer is meant.
        readers: make a code of each token; what they make of one must never change.
    """

    def __init__(self, nlp: Language, readers: Sequence[WordReader] = ()) -> None:
        self._nlp = nlp
        self._readers = tuple(readers)
        self._chunks = _Chunks(nlp, self._readers)

    def __call__(self, texts: Sequence[str]) -> TokenColumns:
        """The tokens of `texts`; any blank divides, and offsets count what was given."""
        if len(self._chunks) >= _CAPACITY:
            self._chunks = _Chunks(self._nlp, self._readers)
        self._chunks.let_grow()
        pieces = _with_plain_blanks(" ".join(map(readable, texts))).split(" ") if texts else []
        numbers = map(self._chunks.__getitem__, pieces)
        chunk = np.fromiter(numbers, dtype=np.int64, count=len(pieces))
        piece_begin = _begins(pieces)
        text_begin = _begins(texts)
        piece_text = np.searchsorted(text_begin, piece_begin, side="right") - 1
        counts = np.frombuffer(self._chunks.counts, dtype=np.int64)
        rows, piece = expand_runs(rows_before(counts)[chunk], counts[chunk])
        text = piece_text[piece]
        offset = piece_begin[piece] - text_begin[text]
        return TokenColumns(
            text=text,
            start=np.frombuffer(self._chunks.starts, dtype=np.int64)[rows] + offset,
            end=np.frombuffer(self._chunks.ends, dtype=np.int64)[rows] + offset,
            codes=tuple(np.frombuffer(c, dtype=np.int64)[rows] for c in self._chunks.codes),
            first=np.searchsorted(text, np.arange(len(texts) + 1)),
        )


def _with_plain_blanks(text: str) -> str:
    if not text.isascii():
        return _BLANK.sub(" ", text)
    # The same in a hundredth of the time.
    return text.encode("ascii").translate(_PLAIN_BLANKS).decode("ascii")


def _begins(texts: Sequence[str]) -> IntArray:
    """Where each text begins when single blanks join them."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1
    return rows_before(lengths)
