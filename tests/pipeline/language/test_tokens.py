"""Phrases of the lexicon fall into the words that the tokenizer makes of each by itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.tokens import PhraseWords, blank_pipeline, tokenize

NLP = blank_pipeline()
READ = PhraseWords(NLP)
TOKENIZER: Any = NLP.tokenizer
EXCEPTIONS = sorted(word for word in TOKENIZER.rules if "/" in word and word.isascii())
PIECES = (
    "left",
    "left-sided",
    "R.",
    "isn't",
    "w/o",
    "(RLL)",
    "e.g.",
    "x-ray",
    "opacity,",
    "-ve",
    "cannot-be",
    "5-mm",
    "a--b",
)


@pytest.mark.parametrize("phrase", ["left-sided opacity", "isn't", "w/o change", "R. base"])
def test_a_phrase_has_the_words_of_a_text(phrase: str) -> None:
    assert READ.words(phrase) == [token.word for token in tokenize(NLP, phrase)]
    assert READ.norms(phrase) == [token.norm for token in tokenize(NLP, phrase)]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(" ".join))
def test_pieces_between_blanks_are_tokenized_alike_wherever_they_stand(phrase: str) -> None:
    assert READ.words(phrase) == [token.word for token in tokenize(NLP, phrase)]
    assert READ.norms(phrase) == [token.norm for token in tokenize(NLP, phrase)]


@pytest.mark.parametrize("piece", [*EXCEPTIONS, "dont-know", "x-5mm", "-left", "left-"])
def test_exceptions_and_what_is_no_plain_word_are_left_to_the_tokenizer(piece: str) -> None:
    assert READ.words(piece) == [token.word for token in tokenize(NLP, piece)]
    assert READ.norms(piece) == [token.norm for token in tokenize(NLP, piece)]


@given(st.from_regex(r"[A-Za-z]{1,6}(-[A-Za-z]{1,6}){1,3}", fullmatch=True))
def test_letters_with_hyphens_are_what_the_tokenizer_makes_of_them(piece: str) -> None:
    assert READ.words(piece) == [token.word for token in tokenize(NLP, piece)]
    assert READ.norms(piece) == [token.norm for token in tokenize(NLP, piece)]


def test_it_tells_which_words_it_has_met() -> None:
    read = PhraseWords(NLP)
    read.norms("left-sided opacity")
    assert read.met() == {"left", "-", "sided", "opacity"}
