"""Tokens from memory are those of scispaCy's tokenizer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from pipeline.extraction.tokens import PlainTokenizer, blank_pipeline


@pytest.fixture(scope="module")
def nlp() -> Language:
    return blank_pipeline()


@pytest.fixture(scope="module")
def tokenize(nlp: Language) -> PlainTokenizer:
    return PlainTokenizer(nlp)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Left-sided opacity.", ["left", "-", "sided", "opacity", "."]),
        ("base.No effusion", ["base", ".", "no", "effusion"]),
        ("Pneumothorax: No.", ["pneumothorax", ":", "no", "."]),
        ("disease/atelectasis", ["disease", "/", "atelectasis"]),
        ("opacity..", ["opacity", ".."]),
    ],
)
def test_joints_that_radiologists_leave_closed_are_opened(
    tokenize: PlainTokenizer, text: str, words: list[str]
) -> None:
    assert tokenize(text).words == words


def test_a_phrase_is_cut_as_it_stands(tokenize: PlainTokenizer) -> None:
    tokens = tokenize("RLL opacity, stable.")
    assert tokens.phrase(1, 4) == "opacity, stable"


def test_no_words_are_no_tokens(tokenize: PlainTokenizer) -> None:
    assert tokenize("").words == []


@given(
    chunks=st.lists(
        st.one_of(
            st.text(
                st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1, max_size=8
            ),
            st.sampled_from(["don't", "(RLL)", "2.5cm,", "T8-T9", "___", "[**2020-1-1**]", "No."]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_text_has_the_tokens_that_spacy_gives_it(
    nlp: Language, tokenize: PlainTokenizer, chunks: list[str]
) -> None:
    text = " ".join(chunks)
    tokens = tokenize(text)
    doc = nlp.make_doc(text)
    assert tokens.words == [token.lower_ for token in doc]
    assert tokens.norms == [token.norm_ for token in doc]
    assert tokens.starts == [token.idx for token in doc]
    assert tokens.ends == [token.idx + len(token) for token in doc]
