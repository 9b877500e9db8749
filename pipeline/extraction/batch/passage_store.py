"""The analyses of distinct passages, kept as columns so that occurrences expand by gathering.

Radiology repeats itself: a passage is analysed once, however often it occurs. What every
occurrence costs is then a few numpy and Arrow operations over whole columns.
"""

from array import array
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple, Protocol, TypeAlias

import numpy as np

from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.extraction.batch.analyses import (
    CONCEPT_LINKS,
    FINDING_FIELDS,
    MENTION_FIELDS,
    PASSAGE_FIELDS,
    STRING_FIELDS,
    AnalysisColumns,
)
from pipeline.extraction.batch.growing import able_to_grow
from pipeline.extraction.batch.runs import IntArray, expand_runs
from pipeline.extraction.batch.sentence_columns import TextSplitter
from pipeline.language.sentences import SentenceSplitter
from pipeline.rules.values import Abbreviations, PassageText

#: A passage of several sentences is told from others of the same text by where these begin.
PassageKey: TypeAlias = str | tuple[str, tuple[int, ...]]

#: Distinct passages held before the later half is dropped: about 100 MB.
CAPACITY: Final = 100_000

_FIRST_LINK: Final = FINDING_FIELDS.index("first_link")
_CONCEPTS: Final = [FINDING_FIELDS.index(name) for name in CONCEPT_LINKS]
# All sections that assert say the same by the same words.
_ROLES: Final = dict.fromkeys(ASSERTING_SECTIONS, ASSERTING_SECTIONS[0])


class PassageExtractor(Protocol):
    """What the store asks of an extractor; its methods are pure."""

    @property
    def splitter(self) -> SentenceSplitter:
        """Splits texts into passages."""

    def find_abbreviations(self, text: str) -> Abbreviations:
        """Abbreviations that a report defines, as (short, long)."""

    def analyse(self, passages: Sequence[PassageText]) -> AnalysisColumns:
        """All that passages say, each by itself."""


class UnreadablePassageError(Exception):
    """The analysis of passages failed.

    Attributes:
        number: of the passage, in the store; none where each by itself can be analysed.
        kind: what the error was; its message may repeat the passage.
    """

    def __init__(self, number: int | None, kind: str) -> None:
        super().__init__(f"passage {number} could not be analysed ({kind})")
        self.number = number
        self.kind = kind


class _Queue:
    """Passages that wait to be analysed, numbered on from those that were.

    Attributes:
        first: the number of the first that waits.
        waiting: the passages, in the order of their numbers.
    """

    def __init__(self) -> None:
        self.first = 0
        self.waiting: list[PassageText] = []

    def add(self, passage: PassageText) -> int:
        """Have a passage wait; returns its number."""
        self.waiting.append(passage)
        return self.first + len(self.waiting) - 1


class _Numbers(dict[PassageKey, int]):
    """The passages of one kind of section by number; a new one is put into the queue.

    Texts map to plain integers, which the garbage collector need not walk.
    """

    def __init__(self, queue: _Queue, role: str, abbreviations: Abbreviations) -> None:
        super().__init__()
        self._queue = queue
        self._role = role
        self._abbreviations = abbreviations

    def __missing__(self, key: PassageKey) -> int:
        text, later_sentences = (key, ()) if isinstance(key, str) else key
        passage = PassageText(text, self._role, later_sentences, self._abbreviations)
        number = self[key] = self._queue.add(passage)
        return number

    def forget(self, first: int) -> None:
        """Drop those with this number and behind it."""
        kept = {key: number for key, number in self.items() if number < first}
        self.clear()
        self.update(kept)


class _Heights(NamedTuple):
    """How much each column of the store holds."""

    passages: int
    mentions: int
    findings: int
    links: int
    strings: int


class PassageStore:
    """Distinct passages by number, analysed together when their columns are asked for.

    When `capacity` is passed, `make_room` keeps what was added up to half of it: what is frequent
    is met early. Of the others those that come back are analysed again. Where the first addition
    alone passed that half, all go.

    Attributes:
        extractor: analyses the passages.
        split: splits texts into the sentences that passages are made of.
    """

    def __init__(self, extractor: PassageExtractor, capacity: int = CAPACITY) -> None:
        self.extractor = extractor
        self.split = TextSplitter(extractor.splitter)
        self._capacity = capacity
        self._clear()

    def _clear(self) -> None:
        self._queue = _Queue()
        self._numbers: dict[tuple[str, Abbreviations], _Numbers] = {}
        self._codes: dict[str, int] = {}
        self._passages = array("i")
        self._mentions = array("i")
        self._findings = array("i")
        self._links = array("i")
        self._first_half = self._heights()

    def __len__(self) -> int:
        """Distinct passages numbered."""
        return self._queue.first + len(self._queue.waiting)

    def make_room(self) -> None:
        """Once the store is full, drop the passages behind its first half, and their numbers."""
        if len(self) < self._capacity:
            return
        if self._queue.waiting or not self._first_half.passages:
            self._clear()
            return
        kept = self._first_half
        count = kept.passages // len(PASSAGE_FIELDS)
        self._passages = self._passages[: kept.passages]
        self._mentions = self._mentions[: kept.mentions]
        self._findings = self._findings[: kept.findings]
        self._links = self._links[: kept.links]
        self._codes = dict(islice(self._codes.items(), kept.strings))
        self._queue.first = count
        for numbers in self._numbers.values():
            numbers.forget(count)
        self._numbers = {key: numbers for key, numbers in self._numbers.items() if numbers}

    def drop(self) -> None:
        """Drop all passages, whatever room there is, and what was learnt of their sentences."""
        self._clear()
        self.split = TextSplitter(self.extractor.splitter)

    def numbers(self, section: str, abbreviations: Abbreviations = ()) -> Mapping[PassageKey, int]:
        """The number of any passage that is looked up: its row in the columns.

        Args:
            section: its section; all sections that assert count as one.
            abbreviations: those that are in it and that its report defines.
        """
        key = (_ROLES.get(section, section), abbreviations)
        if key not in self._numbers:
            self._numbers[key] = _Numbers(self._queue, *key)
        return self._numbers[key]

    def columns(self) -> AnalysisColumns:
        """All analyses held, in place: views that are not let go of see none of those to come.

        Raises:
            UnreadablePassageError: the analysis of a passage failed; the store drops all.
        """
        if self._queue.waiting:
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
            analyses = self.extractor.analyse(self._queue.waiting)
        except Exception as error:  # noqa: BLE001 - whatever it is, it may quote the report
            unreadable = self._unreadable(type(error).__name__)
            self._clear()
        else:
            self._add(analyses)
            self._queue.first = len(self)
            self._queue.waiting.clear()
            return
        # Raised out here, so that the other error does not travel along as its context.
        raise unreadable

    def _unreadable(self, kind: str) -> UnreadablePassageError:
        """Tells the first waiting passage that cannot be analysed by itself."""
        for number, passage in enumerate(self._queue.waiting, start=self._queue.first):
            try:
                self.extractor.analyse([passage])
            except Exception as error:  # noqa: BLE001 - whatever it is, it may quote the report
                return UnreadablePassageError(number, type(error).__name__)
        return UnreadablePassageError(None, kind)

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
        concepts, _ = expand_runs(findings[:, _FIRST_LINK], findings[:, _CONCEPTS].sum(axis=1))
        links[concepts] = codes[links[concepts]]
        mentions[:, MENTION_FIELDS.index("first_link")] += len(self._links)
        findings[:, _FIRST_LINK] += len(self._links)
        self._passages, self._links = able_to_grow(self._passages), able_to_grow(self._links)
        self._mentions, self._findings = able_to_grow(self._mentions), able_to_grow(self._findings)
        self._passages.frombytes(passages.tobytes())
        self._mentions.frombytes(mentions.tobytes())
        self._findings.frombytes(findings.tobytes())
        self._links.frombytes(links.tobytes())
        if _height(self._passages, PASSAGE_FIELDS) <= self._capacity // 2:
            self._first_half = self._heights()

    def _heights(self) -> _Heights:
        return _Heights(
            len(self._passages),
            len(self._mentions),
            len(self._findings),
            len(self._links),
            len(self._codes),
        )

    def _code(self, string: str) -> int:
        return self._codes.setdefault(string, len(self._codes))


def _height(values: "array[int]", fields: Sequence[str]) -> int:
    return len(values) // len(fields)


def _rows(values: "array[int]", fields: Sequence[str]) -> IntArray:
    return np.frombuffer(values, dtype=np.intc).reshape(-1, len(fields))
