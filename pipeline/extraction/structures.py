"""The distinct builds of passages by number, read when they are first seen, kept as columns."""

from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from data_contracts.concepts import ASSERTIONS, CATEGORIES
from pipeline.extraction.cues import CueHit, CueMatcher
from pipeline.extraction.grammar import (
    LOOSE_JOINTS,
    LUNG_WORDS,
    NOUN_ADJECTIVES,
    PLACE_NOUNS,
    STAND_INS,
    stand_in,
    stand_ins_without,
)
from pipeline.extraction.lexicon import Lexicon
from pipeline.extraction.matching import Entries, Entry, MatchColumns
from pipeline.extraction.phrase_trie import PhraseHits
from pipeline.extraction.relations import SUBJECT_REACH, Match
from pipeline.extraction.runs import spread
from pipeline.extraction.structure import Implied, Statement, Structure, read_structure
from pipeline.extraction.tokens import TokenColumns

IntArray = npt.NDArray[np.int64]

#: No structure: the passage has no phrase of the lexicon.
NONE: Final = -1
# Distinct structures held before all are forgotten.
_CAPACITY: Final = 500_000
_NOT_OF_LUNG: Final = np.array(stand_ins_without(LUNG_WORDS))
_OF_MODIFIER: Final = np.array(
    stand_ins_without(LUNG_WORDS, PLACE_NOUNS, NOUN_ADJECTIVES, LOOSE_JOINTS)
)
_UNKNOWN: Final = stand_in("*")
_FINDING: Final = CATEGORIES.index("finding")
_ASSERTION_CODES: Final = {name: code for code, name in enumerate(ASSERTIONS)}

STATEMENT_FIELDS: Final = (
    "match",
    "entry",
    "assertion",
    "cue_start",
    "cue_end",
    "cue_rule",
    "first_owner",
    "owners",
)
FINDING_FIELDS: Final = ("statement", "first_own", "own")


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


class StructureColumns(NamedTuple):
    """What structures say, as columns.

    Attributes:
        structures: (structures, 4) first statement, statements, first finding, findings.
        statements: (statements, 8), see `STATEMENT_FIELDS`: the phrase by its place in the passage,
            the entry that it implies or -1, the place of its assertion in `ASSERTIONS`, first
            and last token of its cue in the passage or -1, the cue's rule in `cue_rules` or -1,
            and where in `links` its owners are.
        findings: (findings, 3), see `FINDING_FIELDS`: its own statement, and where in `links` those
            are that belong to it.
        links: statements, by their place in the structure.
        cue_rules: what the cues' rules are.
    """

    structures: IntArray
    statements: IntArray
    findings: IntArray
    links: IntArray
    cue_rules: Sequence[str]


class Structures:
    """Gives each passage the number of its structure."""

    def __init__(self, lexicon: Lexicon, entries: Entries, cues: CueMatcher) -> None:
        self._lexicon = lexicon
        self._entries = entries
        self._cues = cues
        self._forget()

    def _forget(self) -> None:
        self._numbers: dict[tuple[bytes, bytes, bytes], int] = {}
        self._cue_rules: dict[str, int] = {}
        self._structures = array("q")
        self._statements = array("q")
        self._findings = array("q")
        self._links = array("q")

    def number(self, parts: PassageParts) -> tuple[IntArray, IntArray]:
        """[passages] the structure of each, or `NONE`, and the token from which that counts."""
        if len(self._numbers) >= _CAPACITY:
            self._forget()
        sketch = self._sketch(parts)
        numbers = np.full(len(parts.tokens.first) - 1, NONE)
        for passage, *bounds in zip(*(column.tolist() for column in sketch.bounds), strict=True):
            first, last, match, last_match, cue, last_cue = bounds
            key = (
                sketch.words[first:last].tobytes(),
                sketch.matches[match:last_match].tobytes(),
                sketch.cues[cue:last_cue].tobytes(),
            )
            number = self._numbers.get(key)
            if number is None:
                structure = self._structure(sketch, *bounds)
                number = self._numbers[key] = self._add(structure)
            numbers[passage] = number
        return numbers, sketch.first

    def columns(self) -> StructureColumns:
        """All structures held, in place: let go of them before the next passage is read."""
        return StructureColumns(
            structures=_table(self._structures, 4),
            statements=_table(self._statements, len(STATEMENT_FIELDS)),
            findings=_table(self._findings, len(FINDING_FIELDS)),
            links=_table(self._links, 1)[:, 0],
            cue_rules=list(self._cue_rules),
        )

    def _sketch(self, parts: PassageParts) -> "_Sketch":
        tokens, matches, cues = parts.tokens, parts.matches, parts.cues
        of_match, of_cue = tokens.text[matches.start], tokens.text[cues.start]
        entries = self._entries.columns()
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
        return _Sketch(
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

    def _structure(
        self, sketch: "_Sketch", first: int, last: int, match: int, last_match: int, cue: int,
        last_cue: int,
    ) -> Structure:
        words = sketch.words[first:last].tolist()
        matches = []
        for place, (start, end, kind) in enumerate(sketch.matches[match:last_match].tolist()):
            entry = self._entries[sketch.entries[match + place]]
            assert entry.concept is not None
            named = entry.concept if kind >= 2 * len(CATEGORIES) else None
            matches.append(Match(place, start, end, entry.concept.category, entry.weak, named))
        return Structure(
            words=[STAND_INS[word // 2] for word in words],
            sentences=[0, *(token for token, word in enumerate(words) if word % 2)],
            matches=tuple(matches),
            cues=tuple(
                CueHit(key, start, end)
                for start, end, key in sketch.cues[cue:last_cue].tolist()
            ),
        )

    def _add(self, structure: Structure) -> int:
        statements = read_structure(structure, self._cues)
        first_statement = len(self._statements) // len(STATEMENT_FIELDS)
        first_finding = len(self._findings) // len(FINDING_FIELDS)
        own: dict[int, list[int]] = {}
        for row, statement in enumerate(statements):
            self._add_statement(statement)
            if structure.matches[statement.match].category == "finding":
                own.setdefault(row, [])
            for owner in statement.owners:
                own.setdefault(owner, []).append(row)
        for row in sorted(own):
            self._findings.extend((row, len(self._links), len(own[row])))
            self._links.extend(own[row])
        self._structures.extend((first_statement, len(statements), first_finding, len(own)))
        return len(self._structures) // 4 - 1

    def _add_statement(self, said: Statement) -> None:
        start, end = said.cue if said.cue is not None else (-1, -1)
        rule = -1
        if said.cue_rule is not None:
            rule = self._cue_rules.setdefault(said.cue_rule, len(self._cue_rules))
        self._statements.extend(
            (
                said.match,
                self._implied(said.implied) if said.implied is not None else -1,
                _ASSERTION_CODES[said.assertion],
                start,
                end,
                rule,
                len(self._links),
                len(said.owners),
            )
        )
        self._links.extend(said.owners)

    def _implied(self, implied: Implied) -> int:
        rule = f"implied:{implied.by} with {implied.beside}"
        return self._entries.number(Entry(self._lexicon.concept(implied.concept_id), rule))


class _Sketch(NamedTuple):
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


def _rows(
    first: IntArray, start: IntArray, end: IntArray, kind: IntArray
) -> npt.NDArray[np.int32]:
    return np.column_stack([start - first, end - first, kind]).astype(np.int32)


def _table(values: "array[int]", width: int) -> IntArray:
    # An array cannot grow while a view of it is alive, which it says by a BufferError.
    return np.frombuffer(values, dtype=np.int64).reshape(-1, width)
