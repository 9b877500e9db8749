"""The phrases of `cues.txt` in columns of words: what NegEx finds passage by passage."""

import numpy as np
from spacy.language import Language

from pipeline.extraction.batch.phrase_trie import PhraseHits, PhraseTrie
from pipeline.extraction.batch.runs import IntArray
from pipeline.language.tokens import PhraseWords
from pipeline.lexicon.cues import CueEntry, CueLexicon, NegexKind
from pipeline.rules.reach import ENDED

_KINDS: tuple[NegexKind, ...] = ("pseudo", "preceding", "following", "termination")


class CueMatcher:
    """Finds cues among tokens.

    Attributes:
        entries: what phrases are, by their number.
        ended: [entries] whether what each decides ends where something else is stated: a denial
            and the past do.
    """

    def __init__(self, nlp: Language, cues: CueLexicon) -> None:
        self._trie = PhraseTrie()
        read = PhraseWords(nlp)
        numbers: dict[CueEntry, int] = {}
        for kind in _KINDS:
            for phrase in cues.phrases(kind):
                entry = cues.entries[kind, phrase]
                number = numbers.setdefault(entry, len(numbers))
                self._trie.add(read.words(phrase), number)
        self.entries = tuple(numbers)
        self.ended = np.array(
            [any(one.assertion in ENDED for one in entry.readings) for entry in numbers], dtype=bool
        )

    def read(self, word: str, norm: str) -> int:
        """The code of a token among which to find cues; see `WordReader`."""
        del norm
        return self._trie.code(word)

    def find(self, words: IntArray, text_ends: IntArray) -> PhraseHits:
        """All phrases of `cues.txt`, as numbers of what they are; see `PhraseTrie.find`."""
        return self._trie.find(words, text_ends)
