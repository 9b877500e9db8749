"""The distinct builds of passages by number, read when they are first seen, kept as columns."""

from array import array
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from data_contracts.concepts import ASSERTIONS, CATEGORIES
from pipeline.extraction.batch.cues import CueHit, CueMatcher
from pipeline.extraction.batch.matching import Entries, Entry
from pipeline.extraction.batch.runs import IntArray
from pipeline.extraction.batch.sketch import Bounds, PassageParts, Sketch, sketch_passages
from pipeline.lexicon.concepts import Lexicon
from pipeline.rules.grammar import STAND_INS
from pipeline.rules.scene import Match
from pipeline.rules.structure import Implied, Statement, Structure, read_structure

#: No structure: the passage has no phrase of the lexicon.
NONE: Final = -1
# Distinct structures held before all are forgotten.
_CAPACITY: Final = 500_000
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


class StructureStore:
    """Gives each passage the number of its structure."""

    def __init__(self, lexicon: Lexicon, entries: Entries, cues: CueMatcher) -> None:
        self._lexicon = lexicon
        self._entries = entries
        self._cues = cues
        self.forget()

    def forget(self) -> None:
        """Forget all structures, and with them their numbers."""
        self._numbers: dict[tuple[bytes, bytes, bytes], int] = {}
        self._cue_rules: dict[str, int] = {}
        self._structures = array("q")
        self._statements = array("q")
        self._findings = array("q")
        self._links = array("q")

    def number(self, parts: PassageParts) -> tuple[IntArray, Sketch]:
        """[passages] the structure of each, or `NONE`, and what that counts."""
        if len(self._numbers) >= _CAPACITY:
            self.forget()
        sketch = sketch_passages(parts, self._entries.columns())
        # Slices of bytes cost a fifth of slices of arrays.
        words, matches, cues = (
            (rows.tobytes(), rows.strides[0])
            for rows in (sketch.words, sketch.matches, sketch.cues)
        )
        numbers = np.full(len(parts.tokens.first) - 1, NONE)
        for passage, *bounds in zip(*(column.tolist() for column in sketch.bounds), strict=True):
            word, last_word, match, last_match, cue, last_cue = bounds
            key = (
                words[0][word * words[1] : last_word * words[1]],
                matches[0][match * matches[1] : last_match * matches[1]],
                cues[0][cue * cues[1] : last_cue * cues[1]],
            )
            number = self._numbers.get(key)
            if number is None:
                structure = self._structure(sketch, Bounds(*bounds))
                number = self._numbers[key] = self._add(structure)
            numbers[passage] = number
        return numbers, sketch

    def columns(self) -> StructureColumns:
        """All structures held, in place: let go of them before the next passage is read."""
        return StructureColumns(
            structures=_table(self._structures, 4),
            statements=_table(self._statements, len(STATEMENT_FIELDS)),
            findings=_table(self._findings, len(FINDING_FIELDS)),
            links=_table(self._links, 1)[:, 0],
            cue_rules=list(self._cue_rules),
        )

    def _structure(self, sketch: Sketch, bounds: Bounds) -> Structure:
        words = sketch.words[bounds.word : bounds.last_word].tolist()
        rows = sketch.matches[bounds.match : bounds.last_match].tolist()
        entries = sketch.entries[bounds.match : bounds.last_match].tolist()
        matches = []
        for place, (start, end, kind) in enumerate(rows):
            entry = self._entries[entries[place]]
            assert entry.concept is not None
            named = entry.concept if kind >= 2 * len(CATEGORIES) else None
            matches.append(Match(place, start, end, entry.concept.category, entry.weak, named))
        cues = sketch.cues[bounds.cue : bounds.last_cue].tolist()
        return Structure(
            words=[STAND_INS[word // 2] for word in words],
            sentences=[0, *(token for token, word in enumerate(words) if word % 2)],
            matches=tuple(matches),
            cues=tuple(CueHit(key, start, end) for start, end, key in cues),
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


def _table(values: "array[int]", width: int) -> IntArray:
    # An array cannot grow while a view of it is alive, which it says by a BufferError.
    return np.frombuffer(values, dtype=np.int64).reshape(-1, width)
