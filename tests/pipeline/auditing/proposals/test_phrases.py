"""Which phrases are the same, and what each is nearest to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.auditing.proposals.phrases import LexiconPhrases, fold_phrase, plain_phrase
from pipeline.lexicon.concepts import Lexicon


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("The tracheal deviation", "tracheal deviation"),
        ("any XXXX azygos fissure of the", "azygos fissure"),
        ("___ rib crowding, 3 mm", "rib crowding"),
        ("2 12mm Kerley-B lines", "kerley-b lines"),
        ("pectus excavatum, and", "pectus excavatum"),
        ("XXXX", ""),
        ("___", ""),
        ("T5", ""),
        ("of the", ""),
    ],
)
def test_marks_numbers_and_articles_go(text: str, plain: str) -> None:
    assert plain_phrase(text) == plain


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("tracheal deviations", "tracheal deviation"),
        ("masses", "mass"),
        ("calcified densities", "calcified density"),
        ("lung bases", "lung base"),
        ("osseous metastases", "osseous metastasis"),
        ("chronic sinusitis", "chronic sinusitis"),
        ("pectus", "pectus"),
        ("gas", "gas"),
    ],
)
def test_plurals_count_with_their_singular(plural: str, singular: str) -> None:
    assert fold_phrase(plural) == fold_phrase(singular) == singular


@given(st.text(max_size=60))
def test_any_text_folds_to_words_that_stay_as_they_are(text: str) -> None:
    plain = plain_phrase(text)
    assert plain_phrase(plain) == plain
    assert fold_phrase(plain) == " ".join(fold_phrase(plain).split())


@pytest.mark.parametrize(
    ("phrase", "concept_id"),
    [
        ("fluffy opacity", "finding:opacity"),
        ("loculated pleural effusion", "finding:pleural_effusion"),
        ("pleural fluid effusion rim sign", None),
        ("pleural effusion meniscus", "finding:pleural_effusion"),
        ("tracheal deviation", None),
        ("", None),
    ],
)
def test_the_nearest_concept_shares_the_last_word_or_most_words(
    phrase: str, concept_id: str | None, lexicon: Lexicon
) -> None:
    assert LexiconPhrases(lexicon).nearest(phrase) == concept_id


def test_known_phrases_are_known_in_either_number(lexicon: Lexicon) -> None:
    phrases = LexiconPhrases(lexicon)
    assert fold_phrase("pleural effusions") in phrases
    assert fold_phrase("rib crowding") not in phrases
