"""Phrases of the lexicon fall into the words that the tokenizer makes of each by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.tokens import PhraseWords, blank_pipeline, tokenize

NLP = blank_pipeline()
READ = PhraseWords(NLP)
PIECES = ("left", "left-sided", "R.", "isn't", "w/o", "(RLL)", "e.g.", "x-ray", "opacity,", "-ve")


@pytest.mark.parametrize("phrase", ["left-sided opacity", "isn't", "w/o change", "R. base"])
def test_a_phrase_has_the_words_of_a_text(phrase: str) -> None:
    assert READ.words(phrase) == [token.word for token in tokenize(NLP, phrase)]
    assert READ.norms(phrase) == [token.norm for token in tokenize(NLP, phrase)]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(" ".join))
def test_pieces_between_blanks_are_tokenized_alike_wherever_they_stand(phrase: str) -> None:
    assert READ.words(phrase) == [token.word for token in tokenize(NLP, phrase)]
    assert READ.norms(phrase) == [token.norm for token in tokenize(NLP, phrase)]


def test_it_tells_which_words_it_has_met() -> None:
    read = PhraseWords(NLP)
    read.norms("left-sided opacity")
    assert read.met() == {"left", "-", "sided", "opacity"}
