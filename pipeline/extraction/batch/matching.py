"""Matching the lexicon's phrases: longest first, misspellings included."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne
from spacy.language import Language

from data_contracts.concepts import CATEGORIES
from pipeline.extraction.batch.longest import keep_longest
from pipeline.extraction.batch.phrase_trie import UNKNOWN, PhraseTrie
from pipeline.extraction.batch.runs import IntArray
from pipeline.language.elided_zones import LEVELS, half_said
from pipeline.language.tokens import TokenColumns, words_of
from pipeline.lexicon.concepts import Concept, Lexicon

# Shorter words have neighbours that are words themselves.
_MISSPELT_LENGTH: Final = 8
# Misspellings have no end.
_CAPACITY: Final = 200_000


class Entry(NamedTuple):
    """What a phrase stands for, and the rule that says so.

    A weak entry counts only under the condition that `Concept.weak_phrases` states. There is no
    concept where a phrase only looks like one.
    """

    concept: Concept | None
    rule: str
    weak: bool = False


@dataclass(frozen=True, slots=True)
class MatchColumns:
    """The lexicon's phrases in many texts, in order of (start, end, concept_id).

    Attributes:
        start: [M] first token, counted over all texts.
        end: [M] token behind the last.
        entry: [M] place in `LexiconMatcher.entries`.
    """

    start: IntArray
    end: IntArray
    entry: IntArray


class EntryColumns(NamedTuple):
    """What matches ask of entries, a row for each.

    Attributes:
        rank: place of its concept's id in alphabetic order, -1 where it has none.
        category: place of its concept's category in `CATEGORIES`, -1 where it has none.
        weak: whether it is weak.
        beside: whether its concept may imply another one.
    """

    rank: IntArray
    category: IntArray
    weak: IntArray
    beside: npt.NDArray[np.bool_]


class Entries:
    """Every entry by its number."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._numbers: dict[Entry, int] = {}
        self._all: list[Entry] = []
        ids = sorted(concept.concept_id for concept in lexicon.concepts)
        self._ranks = {concept_id: rank for rank, concept_id in enumerate(ids)}
        self._columns: EntryColumns | None = None

    def __len__(self) -> int:
        """How many there are."""
        return len(self._all)

    def __getitem__(self, number: int) -> Entry:
        """The entry of that number."""
        return self._all[number]

    def number(self, entry: Entry) -> int:
        """The entry's number, a new one where it has none yet."""
        number = self._numbers.setdefault(entry, len(self._all))
        if number == len(self._all):
            self._all.append(entry)
            self._columns = None
        return number

    def concept_ids(self) -> list[str]:
        """The id of each entry's concept, empty where it has none."""
        return [entry.concept.concept_id if entry.concept else "" for entry in self._all]

    def rules(self) -> list[str]:
        """Each entry's rule."""
        return [entry.rule for entry in self._all]

    def columns(self) -> EntryColumns:
        """All entries as columns."""
        if self._columns is None:
            concepts = [entry.concept for entry in self._all]
            self._columns = EntryColumns(
                rank=_integers(-1 if c is None else self._ranks[c.concept_id] for c in concepts),
                category=_integers(
                    -1 if c is None else CATEGORIES.index(c.category) for c in concepts
                ),
                weak=_integers(entry.weak for entry in self._all),
                beside=np.array([c is not None and bool(c.beside) for c in concepts], dtype=bool),
            )
        return self._columns


def _integers(values: Iterable[int]) -> IntArray:
    return np.array(list(values), dtype=np.int64)


class LexiconMatcher:
    """Finds a lexicon's phrases among tokens.

    Attributes:
        entries: what matches stand for.
    """

    def __init__(self, nlp: Language, lexicon: Lexicon) -> None:
        self.entries = Entries(lexicon)
        self._trie = PhraseTrie()
        self._zones: dict[str, Concept] = {}
        words: set[str] = set()

        def add(phrases: Iterable[str], entry: Entry) -> None:
            number = self.entries.number(entry)
            for text in _spellings(phrases):
                doc = nlp.make_doc(text)
                self._trie.add(words_of(doc, "NORM"), number)
                words.update(words_of(doc, "LOWER"))

        for concept in lexicon.concepts:
            name = concept.concept_id
            add(concept.phrases, Entry(concept, f"lexicon:{name}"))
            add(concept.weak_phrases, Entry(concept, f"lexicon:weak {name}", weak=True))
            if concept.category == "zone":
                self._zones.update(dict.fromkeys(concept.phrases, concept))
        add(lexicon.unmentions, Entry(None, "lexicon:not"))
        self._words = sorted(word for word in words if len(word) >= _MISSPELT_LENGTH)
        # Each norm met so far as the lexicon spells it.
        self._spelt = {word: word for word in words}

    def read(self, word: str, norm: str) -> int:
        """The code of a token to be matched, misspellings corrected; see `WordReader`."""
        del word
        return self._trie.code(self._correct(norm))

    def find(self, tokens: TokenColumns, words: IntArray, texts: Sequence[str]) -> MatchColumns:
        """The phrases in `texts`, half said ones included.

        Args:
            tokens: their tokens.
            words: [T] what `read` makes of each token.
            texts: the texts themselves.
        """
        hits = self._trie.find(words, tokens.stops)
        kept = keep_longest(hits.start, hits.end)
        start, end, entry = hits.start[kept], hits.end[kept], hits.key[kept]
        nothing = _in_spans(start, end, self.entries.columns().rank[entry] < 0)
        start, end, entry = start[~nothing], end[~nothing], entry[~nothing]
        matches = self.in_order(start, end, entry)
        levels = {self._trie.code(word) for word in LEVELS} - {UNKNOWN}
        level = np.isin(words, list(levels))
        zones = half_said(tokens, texts, level, start, end)
        return self.with_others(
            matches,
            [
                (token, token + 1, Entry(concept, f"ellipsis:{concept.concept_id}"))
                for token, phrase in zones
                if (concept := self._zones.get(phrase)) is not None
            ],
        )

    def in_order(self, start: IntArray, end: IntArray, entry: IntArray) -> MatchColumns:
        """Matches sorted as `MatchColumns` has them."""
        order = np.lexsort((self.entries.columns().rank[entry], end, start))
        return MatchColumns(start[order], end[order], entry[order])

    def with_others(
        self, matches: MatchColumns, others: Sequence[tuple[int, int, Entry]]
    ) -> MatchColumns:
        """`matches` and others, given as first token, token behind the last, and entry."""
        if not others:
            return matches
        start, end, entries = zip(*others, strict=True)
        numbers = [self.entries.number(entry) for entry in entries]
        return self.in_order(
            np.append(matches.start, start),
            np.append(matches.end, end),
            np.append(matches.entry, numbers),
        )

    def _correct(self, norm: str) -> str:
        """The lexicon's word that a misspelt one is one slip away from, or the word itself."""
        known = self._spelt.get(norm)
        if known is not None:
            return known
        if len(self._spelt) >= _CAPACITY:
            self._spelt = {word: word for word in self._words}
        found = None
        if len(norm) >= _MISSPELT_LENGTH and norm.isalpha():
            found = extractOne(norm, self._words, scorer=OSA.distance, score_cutoff=1)
        corrected = found[0] if found is not None and found[0][0] == norm[0] else norm
        self._spelt[norm] = corrected
        return corrected


def _in_spans(
    start: IntArray, end: IntArray, marked: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Whether the span of a match is that of a marked one."""
    span = start * (int(end.max(initial=0)) + 1) + end
    return np.isin(span, span[marked])


def _spellings(phrases: Iterable[str]) -> list[str]:
    """Each phrase with its spaces as spaces or hyphens, as radiologists write both."""
    spelled: dict[str, None] = {}
    for phrase in phrases:
        words = re.split(r"[ -]", phrase)
        for joints in product(" -", repeat=min(len(words) - 1, 3)):
            rest = [" "] * (len(words) - 1 - len(joints))
            text = words[0] + "".join(
                joint + word for joint, word in zip([*joints, *rest], words[1:], strict=True)
            )
            spelled[text] = None
    return list(spelled)
