"""Matching the lexicon's phrases in many texts: longest first, misspellings included."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from spacy.language import Language

from data_contracts.concepts import CATEGORIES
from pipeline.extraction.batch.interpretation_classes import (
    NEITHER,
    InterpretationClass,
    interpretation_classes,
)
from pipeline.extraction.batch.longest import keep_longest
from pipeline.extraction.batch.phrase_trie import UNKNOWN, PhraseTrie
from pipeline.extraction.batch.runs import IntArray, expand_runs
from pipeline.extraction.batch.token_columns import TokenColumns
from pipeline.language.elided_findings import Named, elided_findings
from pipeline.language.elided_zones import elided_zones
from pipeline.language.spelling import Speller, spellings
from pipeline.language.tokens import PhraseWords
from pipeline.lexicon.concepts import Concept, Lexicon
from pipeline.lexicon.entries import Entry, abbreviated, elided, entries_of, zones_by_phrase
from pipeline.lexicon.grammar import SUBJECT_LISTS, Grammar

# First token, token behind the last, entry.
_Found = tuple[int, int, Entry]


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
        subject: of which nouns it has to be said: from 1 the place in `SUBJECT_LISTS`, or 0.
        implies: whether its concept may imply another one.
        lies_on: of a zone that lies on one side by its name, the rank of that side, else -1.
        reading: of a finding that may interpret another or be interpreted, the number of its
            `InterpretationClass` behind all ranks, else -1.
        interprets: whether it may interpret another finding.
        interpreted: whether another finding may interpret it.
    """

    rank: IntArray
    category: IntArray
    weak: IntArray
    subject: IntArray
    implies: npt.NDArray[np.bool_]
    lies_on: IntArray
    reading: IntArray
    interprets: npt.NDArray[np.bool_]
    interpreted: npt.NDArray[np.bool_]


class Entries:
    """Every entry by its number.

    Attributes:
        ranked_ids: ids of the concepts in alphabetic order.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._numbers: dict[Entry, int] = {}
        self._all: list[Entry] = []
        ids = sorted(concept.concept_id for concept in lexicon.concepts)
        self.ranked_ids: Final = tuple(ids)
        self._ranks = {concept_id: rank for rank, concept_id in enumerate(ids)}
        self._classes = interpretation_classes(lexicon)
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
            classes = [self._class(concept) for concept in concepts]
            self._columns = EntryColumns(
                rank=_integers(-1 if c is None else self._ranks[c.concept_id] for c in concepts),
                category=_integers(
                    -1 if c is None else CATEGORIES.index(c.category) for c in concepts
                ),
                weak=_integers(entry.weak for entry in self._all),
                subject=_integers(
                    1 + SUBJECT_LISTS.index(entry.subject) if entry.subject else 0
                    for entry in self._all
                ),
                implies=np.array(
                    [c is not None and bool(c.implied_with) for c in concepts], dtype=bool
                ),
                lies_on=_integers(
                    -1 if c is None or c.lies_on is None else self._ranks[c.lies_on]
                    for c in concepts
                ),
                reading=_integers(
                    -1 if one is NEITHER else len(self._ranks) + one.number for one in classes
                ),
                interprets=np.array([one.interprets for one in classes], dtype=bool),
                interpreted=np.array([one.interpreted for one in classes], dtype=bool),
            )
        return self._columns

    def _class(self, concept: Concept | None) -> InterpretationClass:
        return self._classes.get(concept.concept_id, NEITHER) if concept is not None else NEITHER


def _integers(values: Iterable[int]) -> IntArray:
    return np.array(list(values), dtype=np.int64)


class LexiconMatcher:
    """Finds a lexicon's phrases among tokens.

    Attributes:
        entries: what matches stand for.
    """

    def __init__(self, nlp: Language, lexicon: Lexicon, grammar: Grammar) -> None:
        zones = grammar.zones
        self.entries = Entries(lexicon)
        self._trie = PhraseTrie()
        self._zone_lists = zones
        self._word_lists = grammar.words
        self._zones = zones_by_phrase(lexicon)
        read = PhraseWords(nlp)
        for phrase, entry in entries_of(lexicon):
            number = self.entries.number(entry)
            for spelling in spellings(phrase):
                self._trie.add(read.norms(spelling), number)
        self._speller = Speller(read.met())
        levels = {self._trie.code(word) for word in zones.zone_levels} - {UNKNOWN}
        self._levels = np.array(sorted(levels), dtype=np.int64)
        self._openers = self._codes(grammar.words.elided_openers)
        self._locatives = self._codes(grammar.words.elided_locatives)

    def _codes(self, words: Iterable[str]) -> IntArray:
        """What `read` makes of words; a lexicon without one of them makes it like all unknown."""
        return np.array(sorted({self._trie.code(word) for word in words}), np.int64)

    def read(self, word: str, norm: str) -> int:
        """The code of a token to be matched, misspellings corrected; see `WordReader`."""
        del word
        return self._trie.code(self._speller.correct(norm))

    def find(self, tokens: TokenColumns, words: IntArray, texts: Sequence[str]) -> MatchColumns:
        """The phrases in `texts`, elided zones included.

        Args:
            tokens: their tokens.
            words: [T] what `read` makes of each token.
            texts: the texts themselves.
        """
        hits = self._trie.find(words, tokens.text_ends)
        kept = keep_longest(hits.start, hits.end)
        start, end, entry = hits.start[kept], hits.end[kept], hits.key[kept]
        columns = self.entries.columns()
        nameless = columns.rank[entry] < 0
        excluded = nameless | (_in_spans(start, end, nameless) & (columns.subject[entry] == 0))
        matches = self._in_order(start[~excluded], end[~excluded], entry[~excluded])
        level = np.isin(words, self._levels)
        elided_ones = [
            *self._elided(tokens, texts, level, matches),
            *self._elided_findings(tokens, texts, words, matches),
        ]
        return self._with_others(matches, elided_ones)

    def expand_abbreviations(
        self,
        tokens: TokenColumns,
        texts: Sequence[str],
        known: Sequence[Mapping[str, Sequence[Concept]]],
        matches: MatchColumns,
    ) -> MatchColumns:
        """`matches` and those that the abbreviations' long forms bring.

        Args:
            tokens: the tokens of `texts`.
            texts: what the tokens are of.
            known: for each text the abbreviations of its report, and the concepts of each.
            matches: the phrases of the lexicon.
        """
        taken = _taken(tokens, matches)
        found: list[_Found] = []
        for row in [row for row, concepts in enumerate(known) if concepts]:
            for token in range(int(tokens.first[row]), int(tokens.first[row + 1])):
                word = texts[row][tokens.start[token] : tokens.end[token]]
                concepts = () if taken[token] else known[row].get(word, ())
                found += [(token, token + 1, abbreviated(concept, word)) for concept in concepts]
        return self._with_others(matches, found)

    def _elided(
        self,
        tokens: TokenColumns,
        texts: Sequence[str],
        level: npt.NDArray[np.bool_],
        matches: MatchColumns,
    ) -> Iterable[_Found]:
        """Zones that leave their noun to another, in those texts that have a level by itself."""
        of_match = tokens.text[matches.start]
        for row in np.unique(tokens.text[level & ~_taken(tokens, matches)]).tolist():
            first, last = tokens.first[row : row + 2].tolist()
            own = slice(*np.searchsorted(of_match, [row, row + 1]))
            starts, ends = matches.start[own] - first, matches.end[own] - first
            spans = zip(starts.tolist(), ends.tolist(), strict=True)
            bounds = zip(tokens.start[first:last], tokens.end[first:last], strict=True)
            words = [texts[row][start:end].lower() for start, end in bounds]
            levels = level[first:last].tolist()
            for token, zone in elided_zones(words, levels, list(spans), self._zone_lists):
                if zone in self._zones:
                    yield first + token, first + token + 1, elided(self._zones[zone])

    def _elided_findings(
        self, tokens: TokenColumns, texts: Sequence[str], codes: IntArray, matches: MatchColumns
    ) -> Iterable[_Found]:
        """Findings that leave their noun to another, in texts with a size before "on" or "in"."""
        size = np.isin(codes[:-1], self._openers) & np.isin(codes[1:], self._locatives)
        of_match = tokens.text[matches.start]
        category = self.entries.columns().category
        for row in np.unique(tokens.text[:-1][size]).tolist():
            first, last = tokens.first[row : row + 2].tolist()
            own = slice(*np.searchsorted(of_match, [row, row + 1]))
            spans = zip(matches.start[own] - first, matches.end[own] - first, strict=True)
            entries = matches.entry[own].tolist()
            named = [
                Named(int(start), int(end), CATEGORIES[category[entry]])
                for (start, end), entry in zip(spans, entries, strict=True)
            ]
            bounds = zip(tokens.start[first:last], tokens.end[first:last], strict=True)
            words = [texts[row][start:end].lower() for start, end in bounds]
            for token, index in elided_findings(words, named, self._word_lists):
                concept = self.entries[entries[index]].concept
                assert concept is not None
                yield first + token, first + token + 1, elided(concept)

    def _in_order(self, start: IntArray, end: IntArray, entry: IntArray) -> MatchColumns:
        order = np.lexsort((self.entries.columns().rank[entry], end, start))
        return MatchColumns(start[order], end[order], entry[order])

    def _with_others(self, matches: MatchColumns, others: Sequence[_Found]) -> MatchColumns:
        if not others:
            return matches
        start, end, entries = zip(*others, strict=True)
        numbers = [self.entries.number(entry) for entry in entries]
        return self._in_order(
            np.append(matches.start, start),
            np.append(matches.end, end),
            np.append(matches.entry, numbers),
        )


def _taken(tokens: TokenColumns, matches: MatchColumns) -> npt.NDArray[np.bool_]:
    """[T] whether a phrase has a token."""
    taken = np.zeros(len(tokens.start), dtype=bool)
    taken[expand_runs(matches.start, matches.end - matches.start)[0]] = True
    return taken


def _in_spans(
    start: IntArray, end: IntArray, marked: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Whether the span of a match is that of a marked one."""
    span = start * (int(end.max(initial=0)) + 1) + end
    return np.isin(span, span[marked])
