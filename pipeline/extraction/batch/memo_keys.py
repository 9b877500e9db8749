"""Memo keys of passages: whatever rules may look at, as columns, and no more.

The less two passages are told apart here, the more of them are read once for all. What rules count
as a word is said in `rules/condensing.py`; here the same is done for many passages at once.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from data_contracts.concepts import CATEGORIES
from pipeline.extraction.batch.matching import EntryColumns, MatchColumns
from pipeline.extraction.batch.phrase_trie import PhraseHits
from pipeline.extraction.batch.runs import IntArray, expand_runs
from pipeline.extraction.batch.seen_words import SeenWords
from pipeline.extraction.batch.token_columns import TokenColumns
from pipeline.extraction.batch.word_classes import WordClasses
from pipeline.lexicon.grammar import SUBJECT_LISTS
from pipeline.rules.interpretation import may_tie
from pipeline.rules.modifiers import SUBJECT_REACH
from pipeline.rules.reach import is_bare

_FINDING: Final = CATEGORIES.index("finding")
_SIDE: Final = CATEGORIES.index("side")
# Under how many conditions a phrase may count: weak or not, and said of which nouns or of none.
_CONDITIONS: Final = 2 * (len(SUBJECT_LISTS) + 1)


class PassageParts(NamedTuple):
    """What there is of the passages to be read.

    Attributes:
        tokens: their tokens.
        classes: [T] class of each token's word.
        opens: [T] whether a token opens another sentence of its passage.
        matches: the lexicon's phrases.
        cues: phrases of `cues.txt`.
    """

    tokens: TokenColumns
    classes: IntArray
    opens: npt.NDArray[np.bool_]
    matches: MatchColumns
    cues: PhraseHits


class Bounds(NamedTuple):
    """Where in the columns of `MemoKeys` a passage's words, phrases and cues are."""

    word: int
    last_word: int
    match: int
    last_match: int
    cue: int
    last_cue: int


class MemoKeys(NamedTuple):
    """The keys of many passages as columns.

    Attributes:
        counted: [W] the tokens that rules count.
        first: [passages] from which of them on rules look at a passage.
        words: [W] twice a token's class, and one more where it opens another sentence.
        matches: [M, 3] first token counted from there, token behind the last, kind of phrase.
        entries: [M] what the phrase stands for.
        cues: [C, 3] first token counted from there, token behind the last, kind of cue.
        bounds: for the passages that say anything: the passage, and its `Bounds`.
    """

    counted: IntArray
    first: IntArray
    words: npt.NDArray[np.int16]
    matches: npt.NDArray[np.int32]
    entries: IntArray
    cues: npt.NDArray[np.int32]
    bounds: tuple[IntArray, ...]


class _Counted(NamedTuple):
    """The counted tokens of many passages; all positions count these.

    Attributes:
        tokens: [W] their indices among all tokens.
        words: [W] their classes.
        first: [passages + 1] the first of each passage, and at last how many there are.
        matches: [M, 2] first and behind the last of each phrase.
        cues: [C, 2] first and behind the last of each cue.
    """

    tokens: IntArray
    words: IntArray
    first: IntArray
    matches: IntArray
    cues: IntArray


class _Traits(NamedTuple):
    """What matches are.

    Attributes:
        passage: [M] the passage that each is of.
        finding: [M] whether it is a finding.
        closed: [M] whether it is a finding that counts whatever stands behind it.
        all_count: [passages] whether a weak finding makes every word of the passage count.
    """

    passage: IntArray
    finding: npt.NDArray[np.bool_]
    closed: npt.NDArray[np.bool_]
    all_count: npt.NDArray[np.bool_]


class KeyBuilder:
    """Builds the keys by which equal passages are told.

    Args:
        classes: of words.
        ended: [kinds of cues] whether what one decides ends where something else is stated.
    """

    def __init__(self, classes: WordClasses, ended: npt.NDArray[np.bool_]) -> None:
        self._unknown = classes.unknown
        self._ended = ended
        self._bare = classes.which(is_bare)
        self._may_tie = classes.which(may_tie)
        self._seen_words = SeenWords(classes)
        self._without_lung = classes.without("lung_words")
        # A modifier's own words tell where it ends, and nothing of places.
        self._of_modifier = classes.without(
            "lung_words", "place_nouns", "noun_adjectives", "loose_joints"
        )

    def build(self, parts: PassageParts, entries: EntryColumns) -> MemoKeys:
        """The keys of passages."""
        tokens, matches, cues = parts.tokens, parts.matches, parts.cues
        passages = len(tokens.first) - 1
        of_match, of_cue = tokens.text[matches.start], tokens.text[cues.start]
        finding = entries.category[matches.entry] == _FINDING
        weak = finding & (entries.weak[matches.entry] > 0)
        closed = finding & (entries.subject[matches.entry] == 0)
        all_count = _any_of(weak, of_match, passages)
        traits = _Traits(of_match, finding, closed, all_count)
        counted = self._count(parts, traits)
        first, last = self._context_windows(counted, traits, of_cue)
        first_match = np.searchsorted(of_match, np.arange(passages + 1))
        first_cue = np.searchsorted(of_cue, np.arange(passages + 1))
        said = np.flatnonzero(np.diff(first_match))
        # Where nothing is found words decide nothing.
        found = _any_of(finding, of_match, passages)[said]
        opens = parts.opens[counted.tokens]
        read = self._is_interpreted(counted, traits, matches, entries)
        words = self._seen_words(
            counted.words,
            tokens.text[counted.tokens],
            subjects=_any_of(entries.subject[matches.entry] > 0, of_match, passages),
            statements=_any_of(self._may_end(counted, cues), of_cue, passages),
            interpretation=read,
        )
        kinds = _kinds(matches, of_match, entries, read)
        kinds = 2 * kinds + _names_again(matches.entry, of_match, closed, entries)
        return MemoKeys(
            counted=counted.tokens,
            first=first,
            words=(2 * words + opens).astype(np.int16),
            matches=_rows(counted.matches - first[of_match, None], kinds),
            entries=matches.entry,
            cues=_rows(counted.cues - first[of_cue, None], cues.key),
            bounds=(
                said,
                first[said],
                np.where(found, last[said], first[said]),
                first_match[said],
                first_match[said + 1],
                first_cue[said],
                np.where(found, first_cue[said + 1], first_cue[said]),
            ),
        )

    def _may_end(self, counted: _Counted, cues: PhraseHits) -> npt.NDArray[np.bool_]:
        """[C] of which cues it matters where something else is stated."""
        one_word = counted.cues[:, 1] - counted.cues[:, 0] == 1
        bare: npt.NDArray[np.bool_] = one_word & self._bare[counted.words[counted.cues[:, 0]]]
        return bare | self._ended[cues.key]

    def _is_interpreted(
        self, counted: _Counted, traits: _Traits, matches: MatchColumns, entries: EntryColumns
    ) -> npt.NDArray[np.bool_]:
        """[passages] whether a finding may interpret one before it, by a word between the two."""
        seen, diagnosis = entries.interpreted[matches.entry], entries.interprets[matches.entry]
        first, last = counted.first[1:].copy(), counted.first[:-1].copy()
        np.minimum.at(first, traits.passage[seen], counted.matches[seen, 1])
        np.maximum.at(last, traits.passage[diagnosis], counted.matches[diagnosis, 0])
        ties = np.concatenate([[0], np.cumsum(self._may_tie[counted.words])])
        interpreted: npt.NDArray[np.bool_] = (first < last) & (ties[first] < ties[last])
        return interpreted

    def _count(self, parts: PassageParts, traits: _Traits) -> _Counted:
        tokens, matches, cues = parts.tokens, parts.matches, parts.cues
        words = self._words(parts, traits)
        counted = self._is_counted(parts, traits, words)
        before = np.concatenate([[0], np.cumsum(counted)])
        return _Counted(
            tokens=np.flatnonzero(counted),
            words=words[counted],
            first=before[tokens.first],
            matches=np.column_stack([before[matches.start], before[matches.end]]),
            cues=np.column_stack([before[cues.start], before[cues.end]]),
        )

    def _words(self, parts: PassageParts, traits: _Traits) -> IntArray:
        """[T] what rules see of each token, which is the less the fewer of them may look."""
        tokens, matches = parts.tokens, parts.matches
        words = parts.classes.copy()
        # Whether a sentence speaks of the lung matters where it has a weak finding.
        plain = ~traits.all_count[tokens.text]
        words[plain] = self._without_lung[words[plain]]
        modifier = ~traits.finding
        own, _ = expand_runs(matches.start[modifier], (matches.end - matches.start)[modifier])
        own = own[plain[own]]
        words[own] = self._of_modifier[words[own]]
        return words

    def _is_counted(
        self, parts: PassageParts, traits: _Traits, words: IntArray
    ) -> npt.NDArray[np.bool_]:
        """[T] whether rules count a token: see `rules/condensing.py`."""
        tokens, matches, cues = parts.tokens, parts.matches, parts.cues
        inner, _ = expand_runs(matches.start + 1, matches.end - matches.start - 1)
        own, _ = expand_runs(matches.start, matches.end - matches.start)
        # A cue's words, and the one behind it, count one by one.
        cue, _ = expand_runs(cues.start, np.minimum(cues.end + 1, tokens.first[-1]) - cues.start)
        loose = words == self._unknown
        loose[own] = loose[cue] = False
        loose &= ~parts.opens
        again = loose[1:] & loose[:-1] & (tokens.text[1:] == tokens.text[:-1])
        counted: npt.NDArray[np.bool_]
        counted = np.concatenate([np.ones(min(1, len(words)), dtype=bool), ~again])
        counted[inner] = False
        counted[cue] = True
        counted |= parts.opens | traits.all_count[tokens.text]
        return counted

    def _context_windows(
        self, counted: _Counted, traits: _Traits, of_cue: IntArray
    ) -> tuple[IntArray, IntArray]:
        """From which to which token rules look at each passage.

        Before the first phrase they look back to the first word that they do not know; behind the
        last one no further than a modifier's reach. Where a finding is weak any word may count.
        """
        opening, closing = counted.first[:-1], counted.first[1:]
        begin, end = closing.copy(), opening.copy()
        np.minimum.at(begin, traits.passage, counted.matches[:, 0])
        np.minimum.at(begin, of_cue, counted.cues[:, 0])
        ends = counted.matches[:, 1]
        np.maximum.at(end, traits.passage, np.where(traits.closed, ends, ends + SUBJECT_REACH))
        np.maximum.at(end, of_cue, counted.cues[:, 1] + 1)
        unknown = np.where(counted.words == self._unknown, np.arange(len(counted.words)), -1)
        before = np.concatenate([[-1], np.maximum.accumulate(unknown)])
        begin = np.maximum(before[begin] + 1, opening)
        end = np.minimum(end, closing)
        return np.where(traits.all_count, opening, begin), np.where(traits.all_count, closing, end)


def _any_of(
    trait: npt.NDArray[np.bool_], passage: IntArray, passages: int
) -> npt.NDArray[np.bool_]:
    """[passages] whether anything in a passage has a trait, given the passage of each thing."""
    found: npt.NDArray[np.bool_] = np.bincount(passage[trait], minlength=passages) > 0
    return found


def _kinds(
    matches: MatchColumns, passage: IntArray, entries: EntryColumns, read: npt.NDArray[np.bool_]
) -> IntArray:
    """[M] what rules see of each phrase: its category and when it counts.

    Where one finding may interpret another it matters what they are to each other, and elsewhere
    nothing of either.
    """
    entry = matches.entry
    kind = np.where(
        read[passage] & (entries.reading[entry] >= 0),
        len(CATEGORIES) + entries.reading[entry],
        entries.category[entry],
    )
    named = _are_named(matches, passage, entries, len(read))
    kind = np.where(named, len(CATEGORIES) + entries.rank[entry], kind)
    conditions = 2 * entries.subject[entry] + entries.weak[entry]
    kinds: IntArray = _CONDITIONS * kind + conditions
    return kinds


def _are_named(
    matches: MatchColumns, passage: IntArray, entries: EntryColumns, passages: int
) -> npt.NDArray[np.bool_]:
    """[M] of which phrases it matters what they name, where one may imply another concept.

    It matters of that one and of those on the same words, as they stand in alphabetic order, and of
    sides, next to which it implies.
    """
    implies = entries.implies[matches.entry]
    begins = np.diff(matches.start, prepend=-1) | np.diff(matches.end, prepend=-1)
    words = np.cumsum(begins != 0) - 1
    side = entries.category[matches.entry] == _SIDE
    named: npt.NDArray[np.bool_] = _any_of(implies, words, len(words))[words]
    named |= side & _any_of(implies, passage, passages)[passage]
    return named


def _names_again(
    entry: IntArray, passage: IntArray, closed: npt.NDArray[np.bool_], entries: EntryColumns
) -> npt.NDArray[np.bool_]:
    """[M] whether each is a finding that names what the one before it in its passage names."""
    found = np.flatnonzero(closed)
    rank, of = entries.rank[entry[found]], passage[found]
    again = np.zeros(len(entry), dtype=bool)
    again[found[1:]] = (rank[1:] == rank[:-1]) & (of[1:] == of[:-1])
    return again


def is_named(kind: int) -> bool:
    """Whether a kind of phrase tells which concept it names."""
    return kind >= 2 * _CONDITIONS * len(CATEGORIES)


def is_again(kind: int) -> bool:
    """Whether a kind of phrase tells that it names what the finding before it names."""
    return kind % 2 == 1


def _rows(spans: IntArray, kind: IntArray) -> npt.NDArray[np.int32]:
    return np.column_stack([spans, kind]).astype(np.int32)
