"""Phrases in order of how often reports use them."""

import numpy as np
import pytest

from data_contracts.audit_tables import PROPOSALS
from data_contracts.checking import check_table
from pipeline.auditing.proposals.phrases import LexiconPhrases
from pipeline.auditing.proposals.ranking import Entity, rank_phrases, uncovered
from pipeline.auditing.proposals.sentences import SentenceOccurrences
from pipeline.lexicon.concepts import Lexicon

SENTENCES = [
    "Tracheal deviation to the left.",
    "The tracheal deviations persist.",
    "Rib crowding and tracheal deviation.",
    "Rib crowding.",
    "Dense rib crowding again.",
    "Opacities at the left base.",
]


def _entity(sentence: int, text: str, label: str = "ENTITY") -> Entity:
    start = SENTENCES[sentence].lower().index(text.lower())
    found = SENTENCES[sentence][start : start + len(text)]
    return Entity(sentence, start, start + len(text), found, label)


@pytest.fixture
def phrases(lexicon: Lexicon) -> LexiconPhrases:
    return LexiconPhrases(lexicon)


def test_phrases_are_ranked_by_occurrences_in_all_reports(phrases: LexiconPhrases) -> None:
    # The first sentence stands twice in report 0 and once in report 1.
    where = SentenceOccurrences(
        np.array([0, 0, 0, 1, 2, 3, 4, 5]), np.array([0, 0, 1, 1, 2, 2, 3, 3])
    )
    entities = [
        _entity(0, "Tracheal deviation"),
        _entity(1, "The tracheal deviations", "DISEASE"),
        _entity(2, "Rib crowding"),
        _entity(2, "tracheal deviation"),
        _entity(3, "Rib crowding"),
        _entity(4, "rib crowding"),
        _entity(5, "Opacities"),
    ]
    table = rank_phrases(entities, SENTENCES, where, phrases)
    check_table(PROPOSALS, table, "proposals")
    first, second = table.to_pylist()
    assert (first["rank"], first["phrase"], first["count"], first["reports"]) == (
        1, "tracheal deviation", 5, 3,
    )  # fmt: skip
    assert first["labels"] == [("ENTITY", 4), ("DISEASE", 1)]
    assert first["examples"] == [SENTENCES[0], SENTENCES[1], SENTENCES[2]]
    assert (second["phrase"], second["count"], second["reports"]) == ("rib crowding", 3, 2)
    assert second["nearest_concept"] is None


def test_equal_counts_stand_in_alphabetical_order(phrases: LexiconPhrases) -> None:
    where = SentenceOccurrences(np.array([2]), np.array([0]))
    entities = [_entity(2, "tracheal deviation"), _entity(2, "Rib crowding")]
    for order in (entities, entities[::-1]):
        table = rank_phrases(order, SENTENCES, where, phrases)
        assert table["phrase"].to_pylist() == ["rib crowding", "tracheal deviation"]


def test_nothing_unknown_makes_an_empty_table(phrases: LexiconPhrases) -> None:
    where = SentenceOccurrences(np.array([5]), np.array([0]))
    table = rank_phrases([_entity(5, "Opacities")], SENTENCES, where, phrases)
    assert check_table(PROPOSALS, table, "proposals").num_rows == 0
    assert rank_phrases([], SENTENCES, where, phrases).num_rows == 0


def test_an_entity_that_touches_a_mention_is_known() -> None:
    inside, beside = Entity(0, 5, 12, "opacity", "E"), Entity(0, 12, 16, "base", "E")
    elsewhere = Entity(1, 5, 12, "opacity", "E")
    assert uncovered([inside, beside, elsewhere], {0: [(0, 6), (11, 12)]}) == [beside, elsewhere]
