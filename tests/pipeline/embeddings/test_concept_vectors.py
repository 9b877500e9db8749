"""Vectors of concepts, made of those of words."""

import numpy as np
import pytest

from pipeline.embeddings.concept_vectors import concept_vectors, words_of_concepts
from pipeline.embeddings.training import WordVectors
from pipeline.lexicon.concepts import Concept

WORDS = WordVectors(
    words=("effusion", "pleural_effusion", "opacity"),
    counts=np.array([30, 10, 5]),
    vectors=np.array([[1, 0], [0, 1], [4, 4]], dtype=np.float32),
)


def test_the_mean_is_weighted_by_how_often_each_phrase_names_the_concept() -> None:
    named_by = {
        "finding:pleural_effusion": {"effusion": 1, "pleural_effusion": 3, "hydrothorax": 9}
    }

    (entry,) = concept_vectors(WORDS, named_by)

    assert entry.vector.tolist() == pytest.approx([0.25, 0.75])
    assert (entry.concept_id, entry.count) == ("finding:pleural_effusion", 4)


def test_a_concept_that_no_trained_word_names_has_no_vector() -> None:
    named_by = {"zone:base": {}, "zone:lower_lobe": {"rll": 2}, "finding:opacity": {"opacity": 5}}

    assert [e.concept_id for e in concept_vectors(WORDS, named_by)] == ["finding:opacity"]


def test_a_concept_without_phrases_is_named_by_those_that_imply_it(
    concepts: tuple[Concept, ...],
) -> None:
    named_by = words_of_concepts(
        concepts,
        {
            ("finding:opacity", "opacity"): 7,
            ("finding:pneumonia", "pneumonia"): 2,
            ("finding:atelectasis", "atelectasis"): 3,
        },
    )

    assert named_by["finding:lung_opacity_any"] == {"opacity": 7, "pneumonia": 2}
    assert named_by["finding:opacity"] == {"opacity": 7}
    assert named_by["zone:base"] == {}
    assert list(named_by) == [concept.concept_id for concept in concepts]
