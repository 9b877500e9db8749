"""What a table of published labels yields, whatever its columns are called."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN
from data_contracts.quarantine import Location, Rejected
from pipeline.lexicon.concepts import Lexicon
from pipeline.published_labels.places import PlaceReader

#: What is stated, the weakest first: of several statements on one concept the last here wins.
BY_STRENGTH: Final = (NEGATED, UNCERTAIN, AFFIRMED)


@dataclass(frozen=True, slots=True)
class LabelledReport:
    """A report, or a study, and what a published table says of it.

    Attributes:
        location: the row.
        report_id: its id, as the images of the same data set name it.
        subject_id: the patient.
        study_id: the imaging study.
        split: the split that the data set assigns.
        values: 1 affirmed, 0 negated, -1 uncertain, by concept id; not mentioned is left out.
        rows: the row behind a concept's value where it is not that of `location`.
    """

    location: Location
    report_id: str
    subject_id: str | None
    study_id: str | None
    split: str | None
    values: Mapping[str, int]
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LabelRequest:
    """What is to be read.

    Attributes:
        path: the file or folder.
        lexicon: whose concepts become columns.
        places: reads what the data set says of places.
        columns: the file's columns by `report_id`, `subject_id`, `study_id`, `split` or concept
            id, for the kind whose columns have names of their own.
    """

    path: Path
    lexicon: Lexicon
    places: PlaceReader
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def concept_ids(self) -> frozenset[str]:
        """Ids of the lexicon's concepts."""
        return frozenset(concept.concept_id for concept in self.lexicon.concepts)


@dataclass(frozen=True, slots=True)
class LabelSource:
    """An opened table of labels.

    Attributes:
        records: everything it holds, in an order that depends on nothing but its files.
        without_concept: names of findings that no concept of the lexicon stands for, and how
            many rows say something of each; complete once `records` is exhausted.
        tallies: further counts for the summary, complete once `records` is exhausted.
    """

    records: Iterator[LabelledReport | Rejected]
    without_concept: Counter[str] = field(default_factory=Counter)
    tallies: Counter[str] = field(default_factory=Counter)


def state(values: dict[str, int], concept: str, value: int) -> bool:
    """Let a statement count: 1 goes before -1, and -1 before 0.

    Args:
        values: what was stated so far, by concept id; changed in place.
        concept: what is spoken of.
        value: 1, 0 or -1.

    Returns:
        Whether the value is now the one that is stated.
    """
    known = values.get(concept)
    if known is not None and BY_STRENGTH.index(known) >= BY_STRENGTH.index(value):
        return False
    values[concept] = value
    return True
