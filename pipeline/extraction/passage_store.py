"""The analyses of distinct passages, kept as columns so that occurrences expand by gathering.

Radiology repeats itself: a passage is analysed once, however often it occurs. What every
occurrence costs is then a few numpy and Arrow operations over whole columns.
"""

from array import array
from collections.abc import Mapping, Sequence
from typing import Final, Protocol, TypeAlias

import numpy as np

from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.extraction.analyses import (
    FINDING_FIELDS,
    MENTION_FIELDS,
    PASSAGE_FIELDS,
    STRING_FIELDS,
    AnalysisColumns,
)
from pipeline.extraction.runs import IntArray, spread
from pipeline.extraction.statements import PassageText

Abbreviations: TypeAlias = tuple[tuple[str, str], ...]
#: A passage of several sentences is told from others of the same text by where these begin.
PassageKey: TypeAlias = str | tuple[str, tuple[int, ...]]

#: Distinct passages held before all are forgotten: about 300 MB.
CAPACITY: Final = 500_000

_FIRST_LINK: Final = FINDING_FIELDS.index("first_link")
_CONCEPTS: Final = [FINDING_FIELDS.index(name) for name in ("sides", "zones", "descriptors")]
# All sections that assert say the same by the same words.
_ROLES: Final = dict.fromkeys(ASSERTING_SECTIONS, ASSERTING_SECTIONS[0])


class PassageExtractor(Protocol):
    """What the store asks of an extractor; both methods are pure."""

    def find_abbreviations(self, text: str) -> Abbreviations:
        """Abbreviations that a report defines, as (short, long)."""

    def analyse(self, passages: Sequence[PassageText]) -> AnalysisColumns:
        """All that passages say, each by itself."""


class UnreadablePassageError(Exception):
    """A passage's analysis failed.

    Attributes:
        number: the passage's number in the store.
        kind: what the error was; its message may repeat the passage.
    """

    def __init__(self, number: int, kind: str) -> None:
        super().__init__(f"passage {number} could not be analysed ({kind})")
        self.number = number
        self.kind = kind


class PassageStore:
    """Distinct passages by number, analysed together when their columns are asked for.

    When `capacity` is passed, `make_room` forgets all: the frequent ones come back within a part,
    and analysing them again costs a small share of what filling the store did.
    """

    def __init__(self, extractor: PassageExtractor, capacity: int = CAPACITY) -> None:
        self.extractor = extractor
        self._capacity = capacity
        self._forget()

    def _forget(self) -> None:
        # Texts map to plain integers, which the garbage collector need not walk.
        self._numbers: dict[tuple[str, Abbreviations], dict[PassageKey, int]] = {}
        self._waiting: list[PassageText] = []
        self._codes: dict[str, int] = {}
        self._passages = array("i")
        self._mentions = array("i")
        self._findings = array("i")
        self._links = array("i")

    def __len__(self) -> int:
        """Distinct passages numbered."""
        return self._analysed + len(self._waiting)

    @property
    def _analysed(self) -> int:
        return _height(self._passages, PASSAGE_FIELDS)

    def make_room(self) -> None:
        """Forget all passages, and with them their numbers, once the store is full."""
        if len(self) >= self._capacity:
            self._forget()

    def number(
        self,
        text: str,
        section: str,
        later_sentences: tuple[int, ...] = (),
        abbreviations: Abbreviations = (),
    ) -> int:
        """The passage's row in the columns.

        Args:
            text: the passage as it stands in the report.
            section: its section; all sections that assert count as one.
            later_sentences: where its sentences but the first begin in it.
            abbreviations: those that its report defines.
        """
        if abbreviations:
            abbreviations = tuple(pair for pair in abbreviations if pair[0] in text)
        role = _ROLES.get(section, section)
        numbers = self._numbers.setdefault((role, abbreviations), {})
        number = numbers.setdefault((text, later_sentences) if later_sentences else text, len(self))
        if number == len(self):
            self._waiting.append(PassageText(text, role, later_sentences, abbreviations))
        return number

    def known(self, section: str) -> Mapping[PassageKey, int]:
        """What `number` gives for the passages of such sections seen so far, not abbreviated."""
        return self._numbers.setdefault((_ROLES.get(section, section), ()), {})

    def columns(self) -> AnalysisColumns:
        """All analyses held, in place: let go of them before the next passage is analysed.

        Raises:
            UnreadablePassageError: the analysis of a passage failed; the store forgets all.
        """
        if self._waiting:
            self._analyse_waiting()
        return AnalysisColumns(
            passages=_rows(self._passages, PASSAGE_FIELDS),
            mentions=_rows(self._mentions, MENTION_FIELDS),
            findings=_rows(self._findings, FINDING_FIELDS),
            links=np.frombuffer(self._links, dtype=np.intc),
            strings=list(self._codes),
        )

    def _analyse_waiting(self) -> None:
        try:
            analyses = self.extractor.analyse(self._waiting)
        except Exception:
            unreadable = self._unreadable()
            self._forget()
            if unreadable is None:
                # Each by itself can be read: a defect of reading them together.
                raise
        else:
            self._add(analyses)
            self._waiting = []
            return
        # Raised out here, so that the other error does not travel along as its context.
        raise unreadable

    def _unreadable(self) -> UnreadablePassageError | None:
        """The first waiting passage that cannot be analysed by itself."""
        for number, passage in enumerate(self._waiting, start=self._analysed):
            try:
                self.extractor.analyse([passage])
            except Exception as error:  # noqa: BLE001 - whatever it is, it may quote the report
                return UnreadablePassageError(number, type(error).__name__)
        return None

    def _add(self, found: AnalysisColumns) -> None:
        codes = np.array([self._code(string) for string in found.strings] + [-1], dtype=np.intc)
        passages, mentions, findings, links = (
            rows.astype(np.intc)
            for rows in (found.passages, found.mentions, found.findings, found.links)
        )
        passages += [
            _height(self._mentions, MENTION_FIELDS),
            0,
            _height(self._findings, FINDING_FIELDS),
            0,
        ]
        named = [MENTION_FIELDS.index(name) for name in STRING_FIELDS]
        mentions[:, named] = codes[mentions[:, named]]
        concepts, _ = spread(findings[:, _FIRST_LINK], findings[:, _CONCEPTS].sum(axis=1))
        links[concepts] = codes[links[concepts]]
        mentions[:, MENTION_FIELDS.index("first_link")] += len(self._links)
        findings[:, _FIRST_LINK] += len(self._links)
        self._passages.frombytes(passages.tobytes())
        self._mentions.frombytes(mentions.tobytes())
        self._findings.frombytes(findings.tobytes())
        self._links.frombytes(links.tobytes())

    def _code(self, string: str) -> int:
        return self._codes.setdefault(string, len(self._codes))


def _height(values: "array[int]", fields: Sequence[str]) -> int:
    return len(values) // len(fields)


def _rows(values: "array[int]", fields: Sequence[str]) -> IntArray:
    # An array cannot grow while a view of it is alive, which it says by a BufferError.
    return np.frombuffer(values, dtype=np.intc).reshape(-1, len(fields))
