"""Reading a published table with the shipped lexicon."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from data_contracts.quarantine import Rejected
from pipeline.lexicon.concepts import Lexicon, load_lexicon
from pipeline.published_labels.checking import one_a_report
from pipeline.published_labels.opening import open_labels
from pipeline.published_labels.places import PlaceReader
from pipeline.published_labels.records import LabelledReport, LabelRequest


@dataclass(frozen=True)
class ReadLabels:
    """What came of a table: usable reports by id, the rest, and the counts."""

    reports: dict[str, LabelledReport]
    rejected: list[Rejected]
    without_concept: Counter[str]
    tallies: Counter[str]

    def values(self, report_id: str) -> dict[str, int]:
        return dict(self.reports[report_id].values)

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(one.location.row, one.reason) for one in self.rejected]


Read = Callable[..., ReadLabels]


@pytest.fixture(scope="session")
def shipped() -> Lexicon:
    return load_lexicon()


@pytest.fixture(scope="session")
def places(shipped: Lexicon) -> PlaceReader:
    return PlaceReader(shipped, None)


@pytest.fixture
def read(shipped: Lexicon, places: PlaceReader) -> Read:
    def run(kind: str, path: Path, **columns: str) -> ReadLabels:
        named = {role.replace("__", ":"): name for role, name in columns.items()}
        source = open_labels(kind, LabelRequest(path, shipped, places, named))
        tallies: Counter[str] = Counter()
        records = list(one_a_report(source.records, tallies))
        return ReadLabels(
            reports={one.report_id: one for one in records if isinstance(one, LabelledReport)},
            rejected=[one for one in records if isinstance(one, Rejected)],
            without_concept=source.without_concept,
            tallies=tallies + source.tallies,
        )

    return run
