"""The analyses of distinct passages, kept as columns so that occurrences expand by gathering.

Radiology repeats itself: a passage is analysed once, however often it occurs. What every
occurrence costs is then a few numpy and Arrow operations over whole columns.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_contracts.concepts import ASSERTIONS, CATEGORIES
from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.extraction.statements import PassageAnalysis, PassageFinding, PassageMention

IntArray: TypeAlias = npt.NDArray[np.signedinteger[Any]]
Abbreviations: TypeAlias = tuple[tuple[str, str], ...]

#: Distinct passages held before all are forgotten: about 300 MB.
CAPACITY: Final = 500_000

#: Columns of the integer rows below.
PASSAGE_FIELDS: Final = ("first_mention", "mentions", "first_finding", "findings")
MENTION_FIELDS: Final = (
    "start",
    "end",
    "text",
    "concept",
    "category",
    "assertion",
    "cue_start",
    "cue_end",
    "cue",
    "rule",
    "cue_rule",
    "first_link",
    "links",
)
_CATEGORY_CODES: Final = {name: code for code, name in enumerate(CATEGORIES)}
_ASSERTION_CODES: Final = {name: code for code, name in enumerate(ASSERTIONS)}
# All sections that assert say the same by the same words.
_ROLES: Final = dict.fromkeys(ASSERTING_SECTIONS, ASSERTING_SECTIONS[0])
FINDING_FIELDS: Final = ("mention", "first_link", "sides", "zones", "descriptors", "mentions")


class PassageExtractor(Protocol):
    """What the store asks of an extractor; both methods are pure."""

    def find_abbreviations(self, text: str) -> Abbreviations:
        """Abbreviations that a report defines, as (short, long)."""

    def analyse(
        self, text: str, section: str, abbreviations: Sequence[tuple[str, str]] = ()
    ) -> PassageAnalysis:
        """All that a passage says."""


@dataclass(frozen=True, slots=True)
class AnalysisColumns:
    """Analyses as columns: row numbers point from passages to mentions and findings to links.

    Attributes:
        passages: (passages, 4) integers, see `PASSAGE_FIELDS`.
        mentions: (mentions, 13) integers, see `MENTION_FIELDS`; offsets count from the passage's
            start, `text`, `concept`, `cue`, `rule` and `cue_rule` index `strings`, -1 is none.
        findings: (findings, 6) integers, see `FINDING_FIELDS`; the numbers of sides, zones,
            descriptors and mentions, which follow one another in `links`.
        links: for mentions, findings by their place among the passage's mentions; for findings,
            concepts in `strings`, then mentions by their place.
        strings: every string that the rows refer to.
    """

    passages: IntArray
    mentions: IntArray
    findings: IntArray
    links: IntArray
    strings: pa.Array


class PassageStore:
    """Distinct passages by number, analysed when they are first seen.

    When `capacity` is passed, `make_room` forgets all: the frequent ones come back within a part,
    and analysing them again costs a small share of what filling the store did.
    """

    def __init__(self, extractor: PassageExtractor, capacity: int = CAPACITY) -> None:
        self.extractor = extractor
        self._capacity = capacity
        self._forget()

    def _forget(self) -> None:
        # Texts map to plain integers, which the garbage collector need not walk.
        self._numbers: dict[tuple[str, Abbreviations], dict[str, int]] = {}
        self._codes: dict[str, int] = {}
        self._passages = array("i")
        self._mentions = array("i")
        self._findings = array("i")
        self._links = array("i")

    def __len__(self) -> int:
        """Distinct passages held."""
        return len(self._passages) // len(PASSAGE_FIELDS)

    def make_room(self) -> None:
        """Forget all passages, and with them their numbers, once the store is full."""
        if len(self) >= self._capacity:
            self._forget()

    def number(self, text: str, section: str, abbreviations: Abbreviations = ()) -> int:
        """The passage's row in the columns.

        Args:
            text: the passage as it stands in the report.
            section: its section; all sections that assert count as one.
            abbreviations: those that its report defines.
        """
        if abbreviations:
            abbreviations = tuple(pair for pair in abbreviations if pair[0] in text)
        role = _ROLES.get(section, section)
        numbers = self._numbers.setdefault((role, abbreviations), {})
        number = numbers.get(text)
        if number is None:
            analysis = self.extractor.analyse(text, role, abbreviations)
            number = numbers[text] = len(self)
            self._add(text, analysis)
        return number

    def known(self, section: str) -> Mapping[str, int]:
        """What `number` gives for the passages of such sections seen so far, not abbreviated."""
        return self._numbers.setdefault((_ROLES.get(section, section), ()), {})

    def columns(self) -> AnalysisColumns:
        """All analyses held, in place: let go of them before the next passage is analysed."""
        return AnalysisColumns(
            passages=_rows(self._passages, len(PASSAGE_FIELDS)),
            mentions=_rows(self._mentions, len(MENTION_FIELDS)),
            findings=_rows(self._findings, len(FINDING_FIELDS)),
            links=np.frombuffer(self._links, dtype=np.intc),
            strings=pa.array(list(self._codes), pa.string()),
        )

    def _add(self, text: str, analysis: PassageAnalysis) -> None:
        mentions, findings = analysis
        self._passages.extend(
            (
                len(self._mentions) // len(MENTION_FIELDS),
                len(mentions),
                len(self._findings) // len(FINDING_FIELDS),
                len(findings),
            )
        )
        for mention in mentions:
            self._add_mention(text, mention)
        for finding in findings:
            self._add_finding(finding)

    def _add_mention(self, text: str, mention: PassageMention) -> None:
        start, end, _, concept_id, category, assertion, cue, cue_rule, findings, rule = mention
        code = self._code
        cue_start, cue_end = cue if cue is not None else (-1, -1)
        self._mentions.extend(
            (
                start,
                end,
                code(text[start:end]),
                code(concept_id),
                _CATEGORY_CODES[category],
                _ASSERTION_CODES[assertion],
                cue_start,
                cue_end,
                code(text[cue_start:cue_end]) if cue is not None else -1,
                code(rule),
                code(cue_rule) if cue_rule is not None else -1,
                len(self._links),
                len(findings),
            )
        )
        self._links.extend(findings)

    def _add_finding(self, finding: PassageFinding) -> None:
        mention, sides, zones, descriptors, mentions = finding
        self._findings.extend(
            (mention, len(self._links), len(sides), len(zones), len(descriptors), len(mentions))
        )
        for concept_id in (*sides, *zones, *descriptors):
            self._links.append(self._code(concept_id))
        self._links.extend(mentions)

    def _code(self, string: str) -> int:
        return self._codes.setdefault(string, len(self._codes))


def _rows(values: "array[Any]", width: int) -> IntArray:
    # An array cannot grow while a view of it is alive, which it says by a BufferError.
    return np.frombuffer(values, dtype=np.intc).reshape(-1, width)
