"""The columns of the label table: the lexicon's concepts, and which of them imply which."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_contracts.concepts import CATEGORIES
from pipeline.lexicon.concepts import Concept, Lexicon


@dataclass(frozen=True, slots=True)
class LabelColumns:
    """One column per concept, in the order of categories and then of the lexicon.

    Attributes:
        concept_ids: (concepts,) the columns' names.
        is_lung: (concepts,) whether the concept is a finding of the lung itself, whose sides,
            zones and descriptors are labels too.
        implications: (concept, implied concept) as positions in `concept_ids`, through every
            number of steps.
    """

    concept_ids: pa.Array
    is_lung: npt.NDArray[np.bool_]
    implications: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.concept_ids)


def label_columns(lexicon: Lexicon) -> LabelColumns:
    """The columns that a lexicon's concepts get, the same whatever the reports hold."""
    concepts = sorted(lexicon.concepts, key=lambda concept: CATEGORIES.index(concept.category))
    position = {concept.concept_id: index for index, concept in enumerate(concepts)}
    by_id = {concept.concept_id: concept for concept in concepts}
    return LabelColumns(
        concept_ids=pa.array(list(position), pa.string()),
        is_lung=np.array([concept.lung for concept in concepts], dtype=np.bool_),
        implications=tuple(
            (position[concept.concept_id], position[implied])
            for concept in concepts
            for implied in sorted(implied_by(concept, by_id), key=position.__getitem__)
        ),
    )


def implied_by(concept: Concept, by_id: dict[str, Concept]) -> frozenset[str]:
    """Ids of all concepts that hold where `concept` does, itself left out."""
    implied: set[str] = set()
    pending = list(concept.parents)
    while pending:
        parent = pending.pop()
        if parent not in implied:
            implied.add(parent)
            pending.extend(by_id[parent].parents)
    return frozenset(implied - {concept.concept_id})
