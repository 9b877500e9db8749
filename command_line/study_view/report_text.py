"""Reports with the phrases that were found in them, as they are shown beside an X-ray."""

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.storage import read_parts
from data_contracts.tables import MENTIONS, REPORTS


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a report that names a concept.

    Attributes:
        start: in characters of the report's text.
        end: likewise.
        words: as they stand there.
        concept: concept id.
        assertion: what the report says of it.
    """

    start: int
    end: int
    words: str
    concept: str
    assertion: str


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A report to show.

    Attributes:
        report_id: the report.
        text: as it was received.
        phrases: in text order.
    """

    report_id: str
    text: str
    phrases: tuple[Phrase, ...]


def read_reports(tables: Path, wanted: Collection[str]) -> dict[str, ShownReport]:
    """Read some reports by their ids; those that are not there are left out.

    Args:
        tables: folder of the tables `reports` and `mentions`.
        wanted: report ids.

    Raises:
        TableNotFoundError: a table is not there.
        ContractError: a table is of another release.
    """
    ids = pa.array(sorted(wanted), pa.string())
    phrases: dict[str, list[Phrase]] = {}
    names = ("report_id", "start", "end", "text", "concept_id", "assertion")
    for part in read_parts(MENTIONS, tables / "mentions.parquet", names):
        for row in part.filter(pc.is_in(part["report_id"], ids)).to_pylist():
            report_id, *values = (row[name] for name in names)
            phrases.setdefault(report_id, []).append(Phrase(*values))
    found = {}
    for part in read_parts(REPORTS, tables / "reports.parquet", ("report_id", "text")):
        for row in part.filter(pc.is_in(part["report_id"], ids)).to_pylist():
            own = sorted(phrases.get(row["report_id"], ()), key=lambda one: (one.start, one.end))
            found[row["report_id"]] = ShownReport(row["report_id"], row["text"], tuple(own))
    return found


def reports_of_studies(tables: Path) -> Iterator[tuple[str, str | None]]:
    """Report and study of every report."""
    for part in read_parts(REPORTS, tables / "reports.parquet", ("report_id", "study_id")):
        yield from zip(part["report_id"].to_pylist(), part["study_id"].to_pylist(), strict=True)


def cut_at_phrases(report: ShownReport) -> Iterator[tuple[str, Sequence[int]]]:
    """The text cut wherever a phrase begins or ends, each piece with the phrases it is part of."""
    edges = {0, len(report.text)}
    for phrase in report.phrases:
        edges |= {phrase.start, phrase.end}
    places = sorted(edges)
    for start, end in itertools.pairwise(places):
        over = [
            number
            for number, phrase in enumerate(report.phrases)
            if phrase.start <= start and end <= phrase.end
        ]
        yield report.text[start:end], over
