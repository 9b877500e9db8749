"""Distinct memo keys of passages by number, each read when it is first met, kept as columns.

"Patchy opacity in the left base" and "dense consolidation at the right apex" have one key: their
phrases are of the same categories, and the words between them are the same to every rule. The key
says which phrase is asserted how and what belongs to which finding; the phrases, what these are.
"""

from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from data_contracts.concepts import ASSERTIONS
from pipeline.extraction.batch.cue_matching import CueMatcher
from pipeline.extraction.batch.growing import able_to_grow
from pipeline.extraction.batch.matching import Entries
from pipeline.extraction.batch.memo_keys import (
    Bounds,
    KeyBuilder,
    MemoKeys,
    PassageParts,
    is_again,
    is_named,
)
from pipeline.extraction.batch.runs import IntArray
from pipeline.extraction.batch.word_classes import WordClasses
from pipeline.lexicon.concepts import Implication, Lexicon
from pipeline.lexicon.entries import implied
from pipeline.lexicon.grammar import Grammar
from pipeline.rules.reading import read_passage
from pipeline.rules.values import CuePhrase, Implied, Phrase, Statement, TokenizedPassage

#: No pattern: the passage has no phrase of the lexicon.
NONE: Final = -1
# Distinct patterns held before all are forgotten.
_CAPACITY: Final = 100_000
_ASSERTION_CODES: Final = {name: code for code, name in enumerate(ASSERTIONS)}

STATEMENT_FIELDS: Final = (
    "phrase",
    "entry",
    "assertion",
    "cue_start",
    "cue_end",
    "cue_rule",
    "first_owner",
    "owners",
    "sided",
)
FINDING_FIELDS: Final = ("statement", "first_own", "own", "interprets", "inherits")


class PatternColumns(NamedTuple):
    """What passages of each pattern say, as columns.

    Attributes:
        patterns: (patterns, 4) first statement, statements, first finding, findings.
        statements: (statements, 9), see `STATEMENT_FIELDS`: the phrase by its index in the passage,
            the entry that it implies or -1, the place of its assertion in `ASSERTIONS`, first
            and last token of its cue in the passage or -1, the cue's rule in `cue_rules` or -1,
            where in `links` its owners are, and whether a side stands right before it.
        findings: (findings, 5), see `FINDING_FIELDS`: its own statement, and where in `links` those
            are that belong to it; behind these the findings that it interprets, and the places that
            it inherits.
        links: statements, by their index in the passage.
        cue_rules: what the cues' rules are.
    """

    patterns: IntArray
    statements: IntArray
    findings: IntArray
    links: IntArray
    cue_rules: Sequence[str]


class PatternStore:
    """Gives each passage the number of its pattern."""

    def __init__(
        self, lexicon: Lexicon, grammar: Grammar, entries: Entries, cues: CueMatcher
    ) -> None:
        self._lexicon = lexicon
        self._grammar = grammar
        self._entries = entries
        self._cues = cues
        self.classes = WordClasses(grammar)
        self._keys = KeyBuilder(self.classes, cues.ended)
        self.clear()

    def clear(self) -> None:
        """Drop all patterns, and with them their numbers."""
        self._numbers: dict[tuple[bytes, bytes, bytes], int] = {}
        self._cue_rules: dict[str, int] = {}
        self._patterns = array("q")
        self._statements = array("q")
        self._findings = array("q")
        self._links = array("q")

    def number(self, parts: PassageParts) -> tuple[IntArray, MemoKeys]:
        """[passages] the pattern of each, or `NONE`, and the keys that tell."""
        if len(self._numbers) >= _CAPACITY:
            self.clear()
        self._patterns, self._links = able_to_grow(self._patterns), able_to_grow(self._links)
        self._statements = able_to_grow(self._statements)
        self._findings = able_to_grow(self._findings)
        keys = self._keys.build(parts, self._entries.columns())
        # Slices of bytes cost a fifth of slices of arrays.
        words, matches, cues = (
            (rows.tobytes(), rows.strides[0]) for rows in (keys.words, keys.matches, keys.cues)
        )
        numbers = np.full(len(parts.tokens.first) - 1, NONE)
        for passage, *bounds in zip(*(column.tolist() for column in keys.bounds), strict=True):
            word, last_word, match, last_match, cue, last_cue = bounds
            key = (
                words[0][word * words[1] : last_word * words[1]],
                matches[0][match * matches[1] : last_match * matches[1]],
                cues[0][cue * cues[1] : last_cue * cues[1]],
            )
            number = self._numbers.get(key)
            if number is None:
                pattern = self._pattern(keys, Bounds(*bounds))
                number = self._numbers[key] = self._add(pattern)
            numbers[passage] = number
        return numbers, keys

    def columns(self) -> PatternColumns:
        """All patterns held, in place: views that are not let go of see none of those to come."""
        return PatternColumns(
            patterns=_table(self._patterns, 4),
            statements=_table(self._statements, len(STATEMENT_FIELDS)),
            findings=_table(self._findings, len(FINDING_FIELDS)),
            links=_table(self._links, 1)[:, 0],
            cue_rules=list(self._cue_rules),
        )

    def _pattern(self, keys: MemoKeys, bounds: Bounds) -> TokenizedPassage:
        """A passage of that key: each word is the one that stands for its class."""
        words = keys.words[bounds.word : bounds.last_word].tolist()
        rows = keys.matches[bounds.match : bounds.last_match].tolist()
        entries = keys.entries[bounds.match : bounds.last_match].tolist()
        phrases = []
        for index, (start, end, kind) in enumerate(rows):
            entry = self._entries[entries[index]]
            assert entry.concept is not None
            named = entry.concept if is_named(kind) else None
            category, weak, subject = entry.concept.category, entry.weak, entry.subject
            again = is_again(kind)
            phrases.append(Phrase(index, start, end, category, weak, named, subject, again))
        cues = keys.cues[bounds.cue : bounds.last_cue].tolist()
        return TokenizedPassage(
            words=[self.classes.words[word // 2] for word in words],
            sentences=[0, *(token for token, word in enumerate(words) if word % 2)],
            phrases=tuple(phrases),
            cues=tuple(CuePhrase(self._cues.entries[key], start, end) for start, end, key in cues),
        )

    def _add(self, pattern: TokenizedPassage) -> int:
        statements = read_passage(pattern, self._grammar)
        first_statement = len(self._statements) // len(STATEMENT_FIELDS)
        first_finding = len(self._findings) // len(FINDING_FIELDS)
        own: dict[int, list[int]] = {}
        for row, statement in enumerate(statements):
            self._add_statement(statement)
            if pattern.phrases[statement.phrase].category == "finding":
                own.setdefault(row, [])
            for owner in statement.owners:
                own.setdefault(owner, []).append(row)
        for row in sorted(own):
            said = statements[row]
            counts = (len(own[row]), len(said.interprets), len(said.inherits))
            self._findings.extend((row, len(self._links), *counts))
            self._links.extend((*own[row], *said.interprets, *said.inherits))
        self._patterns.extend((first_statement, len(statements), first_finding, len(own)))
        return len(self._patterns) // 4 - 1

    def _add_statement(self, said: Statement) -> None:
        start, end = said.cue if said.cue is not None else (-1, -1)
        rule = -1
        if said.cue_rule is not None:
            rule = self._cue_rules.setdefault(said.cue_rule, len(self._cue_rules))
        self._statements.extend(
            (
                said.phrase,
                self._implied(said.implied) if said.implied is not None else -1,
                _ASSERTION_CODES[said.assertion],
                start,
                end,
                rule,
                len(self._links),
                len(said.owners),
                said.sided,
            )
        )
        self._links.extend(said.owners)

    def _implied(self, one: Implied) -> int:
        implication = Implication(one.concept_id, one.next_to)
        return self._entries.number(implied(self._lexicon, implication, one.by))


def _table(values: "array[int]", width: int) -> IntArray:
    return np.frombuffer(values, dtype=np.int64).reshape(-1, width)
