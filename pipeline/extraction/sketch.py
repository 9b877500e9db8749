"""The builds of passages as columns: whatever rules may look at, and no more.

The less two passages are told apart here, the more of them are read once for all.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from data_contracts.concepts import CATEGORIES
from pipeline.extraction.grammar import (
    LOOSE_JOINTS,
    LUNG_WORDS,
    NOUN_ADJECTIVES,
    PLACE_NOUNS,
    stand_in,
    stand_ins_without,
)
from pipeline.extraction.matching import EntryColumns, MatchColumns
from pipeline.extraction.phrase_trie import PhraseHits
from pipeline.extraction.relations import SUBJECT_REACH
from pipeline.extraction.runs import IntArray, spread
from pipeline.extraction.tokens import TokenColumns

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


class Sketch(NamedTuple):
    """The builds of many passages as columns.

    Attributes:
        first: [passages] from which token on rules look at a passage.
        words: [T] twice a token's stand-in, and one more where it opens another sentence.
        matches: [M, 3] first token counted from there, token behind the last, kind of phrase.
        entries: [M] what the phrase stands for.
        cues: [C, 3] first token counted from there, token behind the last, kind of cue.
        bounds: for the passages that say anything: the passage, and from where to where in these
            columns its words, matches and cues are.
    """

    first: IntArray
    words: npt.NDArray[np.int16]
    matches: npt.NDArray[np.int32]
    entries: IntArray
    cues: npt.NDArray[np.int32]
    bounds: tuple[IntArray, ...]


def sketch_passages(parts: PassageParts, entries: EntryColumns) -> Sketch:
    """The builds of passages, from which equal ones are told."""
    tokens, matches, cues = parts.tokens, parts.matches, parts.cues
    of_match, of_cue = tokens.text[matches.start], tokens.text[cues.start]
    passages = len(tokens.first) - 1
    finding = entries.category[matches.entry] == _FINDING
    found = np.bincount(of_match[finding], minlength=passages) > 0
    named = np.bincount(of_match[entries.beside[matches.entry]], minlength=passages) > 0
    # What a phrase names matters where it may imply another concept, and nowhere else.
    plain, exact = entries.category, len(CATEGORIES) + entries.rank
    kind = np.where(named[of_match], exact[matches.entry], plain[matches.entry])
    kind = 2 * kind + entries.weak[matches.entry]
    first_match = np.searchsorted(of_match, np.arange(passages + 1))
    first_cue = np.searchsorted(of_cue, np.arange(passages + 1))
    said = np.flatnonzero(np.diff(first_match))
    weak = finding & (entries.weak[matches.entry] > 0)
    first, last = _heeded(parts, finding, weak)
    # Where nothing is found words decide nothing.
    found = found[said]
    return Sketch(
        first=first,
        words=(2 * _words(parts, finding, weak) + parts.opens).astype(np.int16),
        matches=_rows(first[of_match], matches.start, matches.end, kind),
        entries=matches.entry,
        cues=_rows(first[of_cue], cues.start, cues.end, cues.key),
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


def _words(
    parts: PassageParts, finding: npt.NDArray[np.bool_], weak: npt.NDArray[np.bool_]
) -> IntArray:
    """[T] what rules see of each token, which is the less the fewer of them may look."""
    tokens, matches = parts.tokens, parts.matches
    words = parts.stand_ins.copy()
    # Whether a sentence speaks of the lung matters where it has a weak finding.
    plain = np.ones(len(tokens.first), dtype=bool)
    plain[tokens.text[matches.start[weak]]] = False
    plain = plain[tokens.text]
    words[plain] = _NOT_OF_LUNG[words[plain]]
    # A modifier's own words tell where it ends, and nothing of places.
    own, _ = spread(matches.start[~finding], (matches.end - matches.start)[~finding])
    own = own[plain[own]]
    words[own] = _OF_MODIFIER[words[own]]
    return words


def _heeded(
    parts: PassageParts, finding: npt.NDArray[np.bool_], weak: npt.NDArray[np.bool_]
) -> tuple[IntArray, IntArray]:
    """From which to which token rules look at each passage.

    Before the first phrase they look back to the first word that they do not know; behind the last
    one no further than a modifier's reach. Where a finding is weak any word may count.
    """
    tokens, matches, cues = parts.tokens, parts.matches, parts.cues
    of_match, of_cue = tokens.text[matches.start], tokens.text[cues.start]
    begin, stop = tokens.first[1:].copy(), tokens.first[:-1].copy()
    np.minimum.at(begin, of_match, matches.start)
    np.minimum.at(begin, of_cue, cues.start)
    reach = np.where(finding, matches.end, matches.end + SUBJECT_REACH)
    np.maximum.at(stop, of_match, reach)
    np.maximum.at(stop, of_cue, cues.end + 1)
    unknown = np.where(parts.stand_ins == _UNKNOWN, np.arange(len(parts.stand_ins)), -1)
    before = np.concatenate([[-1], np.maximum.accumulate(unknown)])
    begin = np.maximum(before[begin] + 1, tokens.first[:-1])
    stop = np.minimum(stop, tokens.first[1:])
    whole = np.unique(of_match[weak])
    begin[whole], stop[whole] = tokens.first[whole], tokens.first[whole + 1]
    return begin, stop


def _rows(first: IntArray, start: IntArray, end: IntArray, kind: IntArray) -> npt.NDArray[np.int32]:
    return np.column_stack([start - first, end - first, kind]).astype(np.int32)
