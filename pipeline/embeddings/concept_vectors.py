"""Vectors of concepts: the mean of those of their phrases."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.embeddings.training import WordVectors
from pipeline.lexicon.concepts import Concept


@dataclass(frozen=True, slots=True)
class ConceptVector:
    """A concept's place among the words.

    Attributes:
        concept_id: the concept.
        count: occurrences of its phrases that have a vector.
        vector: (dimensions,) without unit.
    """

    concept_id: str
    count: int
    vector: npt.NDArray[np.float32]


def words_of_concepts(
    concepts: Sequence[Concept], counts: Mapping[tuple[str, str], int]
) -> dict[str, Counter[str]]:
    """The words and joined phrases that name each concept, and how often they do.

    A concept that has no phrase of its own in the lexicon, as `finding:lung_opacity_any` has none,
    is named by the phrases of the concepts that imply it.

    Args:
        concepts: the lexicon's concepts.
        counts: occurrences by (concept id, word).
    """
    named: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (concept_id, word), count in counts.items():
        named[concept_id][word] += count
    implying: defaultdict[str, list[Concept]] = defaultdict(list)
    for concept in concepts:
        for parent in concept.parents:
            implying[parent].append(concept)

    def words(concept: Concept) -> Counter[str]:
        if concept.all_phrases:
            return named[concept.concept_id]
        return sum(map(words, implying[concept.concept_id]), Counter(named[concept.concept_id]))

    return {concept.concept_id: words(concept) for concept in concepts}


def concept_vectors(
    words: WordVectors, named_by: Mapping[str, Mapping[str, int]]
) -> list[ConceptVector]:
    """The mean vector of each concept's words, weighted by how often they name it.

    Args:
        words: the trained words.
        named_by: occurrences by concept id and word.

    Returns:
        One entry per concept, in the order of `named_by`; none for a concept that no trained word
        names.
    """
    position = {word: index for index, word in enumerate(words.words)}
    entries: list[ConceptVector] = []
    for concept_id, counts in named_by.items():
        # In one order, as sums of floats depend on it.
        known = sorted(word for word in counts if word in position)
        if known:
            weights = np.array([counts[word] for word in known], dtype=np.int64)
            vectors = words.vectors[[position[word] for word in known]].astype(np.float64)
            mean = (vectors * weights[:, np.newaxis]).sum(axis=0) / weights.sum()
            entries.append(ConceptVector(concept_id, int(weights.sum()), mean.astype(np.float32)))
    return entries
