"""Which sentences word2vec reads, and which words name a concept."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from pipeline.embeddings.corpus import corpus_sentences, count_concept_words
from pipeline.language.sentences import load_splitter

STATEMENTS = [
    (
        "r1",
        "indication",
        "Cough, rule out pneumonia.",
        "hypothetical",
        {"pneumonia": "finding:pneumonia"},
    ),
    ("r1", "technique", "AP and lateral views of the chest.", "affirmed", {}),
    ("r1", "comparison", "Opacity on ___.", "historical", {"Opacity": "finding:opacity"}),
    (
        "r1",
        "findings",
        "Small pleural effusion in the lung base. The heart is normal.",
        "affirmed",
        {
            "pleural effusion": "finding:pleural_effusion",
            "Small": "descriptor:small",
            "lung base": "zone:base",
        },
    ),
    ("r2", "findings", "The lungs are clear.", "affirmed", {}),
    (
        "r3",
        "impression",
        "Pleural effusion, 2 cm.",
        "affirmed",
        {"Pleural effusion": "finding:pleural_effusion"},
    ),
]


@pytest.fixture
def tables(build_tables: Callable[..., dict[str, pa.Table]]) -> dict[str, Any]:
    return build_tables(STATEMENTS)


def test_sentences_come_in_reading_order_with_phrases_joined(tables: dict[str, Any]) -> None:
    lines = [
        " ".join(s)
        for s in corpus_sentences(tables["reports"], tables["mentions"], load_splitter())
    ]

    assert lines == [
        "cough rule out pneumonia",
        "small pleural_effusion in the lung_base",
        "the heart is normal",
        "the lungs are clear",
        "pleural_effusion <number> cm",
    ]


def test_mentions_may_come_in_any_order(tables: dict[str, Any]) -> None:
    backwards = tables["mentions"].take(list(reversed(range(tables["mentions"].num_rows))))

    assert list(corpus_sentences(tables["reports"], backwards, load_splitter())) == list(
        corpus_sentences(tables["reports"], tables["mentions"], load_splitter())
    )


def test_concepts_are_counted_by_the_word_that_names_them(tables: dict[str, Any]) -> None:
    assert count_concept_words(tables["mentions"]) == {
        ("finding:pneumonia", "pneumonia"): 1,
        ("finding:pleural_effusion", "pleural_effusion"): 2,
        ("descriptor:small", "small"): 1,
        ("zone:base", "lung_base"): 1,
    }
