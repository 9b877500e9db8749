"""The builds of passages as columns: whatever rules may look at, and no more.

The less two passages are told apart here, the more of them are read once for all.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from data_contracts.concepts import CATEGORIES
from pipeline.extraction.batch.matching import EntryColumns, MatchColumns
from pipeline.extraction.batch.phrase_trie import PhraseHits
from pipeline.extraction.batch.runs import IntArray, spread
from pipeline.language.tokens import TokenColumns
from pipeline.rules.grammar import (
    LOOSE_JOINTS,
    LUNG_WORDS,
    NOUN_ADJECTIVES,
    PLACE_NOUNS,
    stand_in,
    stand_ins_without,
)
from pipeline.rules.relations import SUBJECT_REACH

_NOT_OF_LUNG: Final = np.array(stand_ins_without(LUNG_WORDS))
_OF_MODIFIER: Final = np.array(
    stand_ins_without(LUNG_WORDS, PLACE_NOUNS, NOUN_ADJECTIVES, LOOSE_JOINTS)
)
_UNKNOWN: Final = stand_in("*")
_FINDING: Final = CATEGORIES.index("finding")


class PassageParts(NamedTuple):
    """What there is of the passages to be read.

    Attributes:
        tokens: their tokens.
        stand_ins: [T] code of each token's stand-in.
        opens: [T] whether a token opens another sentence of its passage.
        matches: the lexicon's phrases.
        cues: phrases of `cues.txt`.
    """

    tokens: TokenColumns
    stand_ins: IntArray
    opens: npt.NDArray[np.bool_]
    matches: MatchColumns
    cues: PhraseHits


class Bounds(NamedTuple):
    """Where in the columns of a `Sketch` a passage's words, matches and cues are."""

    word: int
    last_word: int
    match: int
    last_match: int
    cue: int
    last_cue: int


class Sketch(NamedTuple):
    """The builds of many passages as columns.

    Attributes:
        seen: [W] the tokens that rules see at all.
        first: [passages] from which of them on rules look at a passage.
        words: [W] twice a token's stand-in, and one more where it opens another sentence.
        matches: [M, 3] first token counted from there, token behind the last, kind of phrase.
        entries: [M] what the phrase stands for.
        cues: [C, 3] first token counted from there, token behind the last, kind of cue.
        bounds: for the passages that say anything: the passage, and its `Bounds`.
    """

    seen: IntArray
    first: IntArray
    words: npt.NDArray[np.int16]
    matches: npt.NDArray[np.int32]
    entries: IntArray
    cues: npt.NDArray[np.int32]
    bounds: tuple[IntArray, ...]


class _Outline(NamedTuple):
    """The seen tokens of many passages; all positions count these.

    Attributes:
        tokens: [W] their places among all tokens.
        words: [W] their stand-ins.
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
        whole: [passages] whether a weak finding makes every word of the passage count.
    """

    passage: IntArray
    finding: npt.NDArray[np.bool_]
    whole: npt.NDArray[np.bool_]


def sketch_passages(parts: PassageParts, entries: EntryColumns) -> Sketch:
    """The builds of passages, from which equal ones are told."""
    tokens, matches, cues = parts.tokens, parts.matches, parts.cues
    passages = len(tokens.first) - 1
    of_match, of_cue = tokens.text[matches.start], tokens.text[cues.start]
    finding = entries.category[matches.entry] == _FINDING
    weak = finding & (entries.weak[matches.entry] > 0)
    traits = _Traits(of_match, finding, np.bincount(of_match[weak], minlength=passages) > 0)
    outline = _outline(parts, traits)
    first, last = _heeded(outline, traits, of_cue)
    first_match = np.searchsorted(of_match, np.arange(passages + 1))
    first_cue = np.searchsorted(of_cue, np.arange(passages + 1))
    said = np.flatnonzero(np.diff(first_match))
    # Where nothing is found words decide nothing.
    found = (np.bincount(of_match[finding], minlength=passages) > 0)[said]
    opens = parts.opens[outline.tokens]
    kinds = _kinds(matches.entry, of_match, entries, passages)
    return Sketch(
        seen=outline.tokens,
        first=first,
        words=(2 * outline.words + opens).astype(np.int16),
        matches=_rows(outline.matches - first[of_match, None], kinds),
        entries=matches.entry,
        cues=_rows(outline.cues - first[of_cue, None], cues.key),
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


def _kinds(entry: IntArray, passage: IntArray, entries: EntryColumns, passages: int) -> IntArray:
    """[M] what rules see of each phrase: its category and whether it is weak.

    What it names matters where a phrase may imply another concept, and nowhere else.
    """
    named = np.bincount(passage[entries.beside[entry]], minlength=passages) > 0
    exact = len(CATEGORIES) + entries.rank
    kind = np.where(named[passage], exact[entry], entries.category[entry])
    kinds: IntArray = 2 * kind + entries.weak[entry]
    return kinds


def _outline(parts: PassageParts, traits: _Traits) -> _Outline:
    tokens, matches, cues = parts.tokens, parts.matches, parts.cues
    words = _words(parts, traits)
    seen = _seen(parts, traits, words)
    place = np.concatenate([[0], np.cumsum(seen)])
    return _Outline(
        tokens=np.flatnonzero(seen),
        words=words[seen],
        first=place[tokens.first],
        matches=np.column_stack([place[matches.start], place[matches.end]]),
        cues=np.column_stack([place[cues.start], place[cues.end]]),
    )


def _words(parts: PassageParts, traits: _Traits) -> IntArray:
    """[T] what rules see of each token, which is the less the fewer of them may look."""
    tokens, matches = parts.tokens, parts.matches
    words = parts.stand_ins.copy()
    # Whether a sentence speaks of the lung matters where it has a weak finding.
    plain = ~traits.whole[tokens.text]
    words[plain] = _NOT_OF_LUNG[words[plain]]
    # A modifier's own words tell where it ends, and nothing of places.
    modifier = ~traits.finding
    own, _ = spread(matches.start[modifier], (matches.end - matches.start)[modifier])
    own = own[plain[own]]
    words[own] = _OF_MODIFIER[words[own]]
    return words


def _seen(parts: PassageParts, traits: _Traits, words: IntArray) -> npt.NDArray[np.bool_]:
    """[T] whether rules see a token at all.

    Of a phrase they see the first word, and of words in a row that they do not know one.
    """
    tokens, matches, cues = parts.tokens, parts.matches, parts.cues
    inner, _ = spread(matches.start + 1, matches.end - matches.start - 1)
    own, _ = spread(matches.start, matches.end - matches.start)
    # A cue's words, and the one behind it, count one by one.
    cue, _ = spread(cues.start, np.minimum(cues.end + 1, tokens.first[-1]) - cues.start)
    loose = words == _UNKNOWN
    loose[own] = loose[cue] = False
    loose &= ~parts.opens
    again = loose[1:] & loose[:-1] & (tokens.text[1:] == tokens.text[:-1])
    seen: npt.NDArray[np.bool_] = np.concatenate([np.ones(min(1, len(words)), dtype=bool), ~again])
    seen[inner] = False
    seen[cue] = True
    seen |= parts.opens | traits.whole[tokens.text]
    return seen


def _heeded(outline: _Outline, traits: _Traits, of_cue: IntArray) -> tuple[IntArray, IntArray]:
    """From which to which token rules look at each passage.

    Before the first phrase they look back to the first word that they do not know; behind the last
    one no further than a modifier's reach. Where a finding is weak any word may count.
    """
    opening, closing = outline.first[:-1], outline.first[1:]
    begin, stop = closing.copy(), opening.copy()
    np.minimum.at(begin, traits.passage, outline.matches[:, 0])
    np.minimum.at(begin, of_cue, outline.cues[:, 0])
    ends = outline.matches[:, 1]
    np.maximum.at(stop, traits.passage, np.where(traits.finding, ends, ends + SUBJECT_REACH))
    np.maximum.at(stop, of_cue, outline.cues[:, 1] + 1)
    unknown = np.where(outline.words == _UNKNOWN, np.arange(len(outline.words)), -1)
    before = np.concatenate([[-1], np.maximum.accumulate(unknown)])
    begin = np.maximum(before[begin] + 1, opening)
    stop = np.minimum(stop, closing)
    return np.where(traits.whole, opening, begin), np.where(traits.whole, closing, stop)


def _rows(spans: IntArray, kind: IntArray) -> npt.NDArray[np.int32]:
    return np.column_stack([spans, kind]).astype(np.int32)
