"""The records a source yields, whatever its files look like."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from data_contracts.quarantine import Location, Rejected


class SourceError(ValueError):
    """A source cannot be read at all; the message names the settings key and what to change."""


class SectionSpan(NamedTuple):
    """A section's body, without its heading and outer whitespace.

    Attributes:
        name: one of `data_contracts.tables.SECTIONS`.
        start: offset of its first character in the report's text.
        end: offset behind its last.
    """

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ReceivedReport:
    """A report as it was read, before anything about it was checked.

    Attributes:
        location: where it was read.
        report_id: its id as text; None where the source has none.
        subject_id: the patient.
        study_id: the imaging study.
        split: the split that the source assigns.
        content: the whole text, or (section name, text) pairs where the source has sections apart.
    """

    location: Location
    report_id: str | None
    subject_id: str | None
    study_id: str | None
    split: str | None
    content: str | tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report that can be used; `sections` are ordered, disjoint and index `text` exactly."""

    report_id: str
    subject_id: str | None
    study_id: str | None
    split: str | None
    text: str
    sections: tuple[SectionSpan, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """An opened source.

    Attributes:
        records: everything it holds, in an order that depends on nothing but its files.
        total: how many records there will be, where that is known beforehand.
        tallies: further counts for the stage's summary, complete once `records` is exhausted.
    """

    records: Iterator[ReceivedReport | Rejected]
    total: int | None = None
    tallies: Counter[str] = field(default_factory=Counter)
