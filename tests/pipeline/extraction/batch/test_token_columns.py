"""Tokens from memory are those of each text by itself."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from spacy.language import Language

from pipeline.extraction.batch.token_columns import Tokenizer
from pipeline.language.tokens import blank_pipeline
from pipeline.language.tokens import tokenize as one_by_one


@pytest.fixture(scope="module")
def nlp() -> Language:
    return blank_pipeline()


@pytest.fixture(scope="module")
def tokenize(nlp: Language) -> Tokenizer:
    return Tokenizer(nlp)


def words(tokenize: Tokenizer, text: str) -> list[str]:
    tokens = tokenize([text])
    return [text[s:e].lower() for s, e in zip(tokens.start, tokens.end, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Left-sided opacity.", ["left", "-", "sided", "opacity", "."]),
        ("base.No effusion", ["base", ".", "no", "effusion"]),
        ("Pneumothorax: No.", ["pneumothorax", ":", "no", "."]),
        ("disease/atelectasis", ["disease", "/", "atelectasis"]),
        ("opacity..", ["opacity", ".."]),
        # No faces: these take a bracket or a number from its place.
        ("(image 8)", ["(", "image", "8", ")"]),
        ("clear (stable:)", ["clear", "(", "stable", ":", ")"]),
        ("left\n  base", ["left", "base"]),
        ("", []),
    ],
)
def test_joints_that_radiologists_leave_closed_are_opened(
    tokenize: Tokenizer, text: str, expected: list[str]
) -> None:
    assert words(tokenize, text) == expected


def test_no_texts_have_no_tokens(tokenize: Tokenizer) -> None:
    assert tokenize([]).first.tolist() == [0]


CHUNKS = st.lists(
    st.one_of(
        st.text(
            st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1, max_size=8
        ),
        st.sampled_from(
            [
                "don't",
                "isn\u2019t",
                "(RLL)",
                "2.5cm,",
                "T8-T9",
                "___",
                "[**2020-1-1**]",
                "No.",
                "in\ufb01ltrate",
                "&#64257;brosis",
                "ef\u00adfusion",
                # What spaCy takes for one word where nothing stands between.
                "0:) )",
                ":( (",
                "it 's",
                "' cause",
                "C+ +",
            ]
        ),
    ),
    max_size=8,
)


@example([["0:)", ")"]])
@given(st.lists(CHUNKS, max_size=4))
def test_texts_have_the_tokens_that_each_has_by_itself(
    nlp: Language, texts: list[list[str]]
) -> None:
    norms: list[str] = []

    def read(word: str, norm: str) -> int:
        norms.append(f"{word} {norm}")
        return len(norms) - 1

    joined = [" ".join(chunks) for chunks in texts]
    tokens = Tokenizer(nlp, (read,))(joined)
    alone = [one_by_one(nlp, text) for text in joined]
    rows = [(row, token) for row, own in enumerate(alone) for token in own]
    assert tokens.text.tolist() == [row for row, _ in rows]
    assert tokens.start.tolist() == [token.start for _, token in rows]
    assert tokens.end.tolist() == [token.end for _, token in rows]
    assert np.diff(tokens.first).tolist() == [len(own) for own in alone]
    assert [norms[code] for code in tokens.codes[0]] == [f"{t.word} {t.norm}" for _, t in rows]


@given(CHUNKS, st.lists(st.sampled_from([" ", "\n", "\t", "\r\n", "  "]), min_size=8, max_size=8))
def test_whatever_blanks_divide_offsets_count_the_text_as_received(
    tokenize: Tokenizer, chunks: list[str], blanks: list[str]
) -> None:
    text = "".join(blank + chunk for blank, chunk in zip(blanks, chunks, strict=False))
    assert words(tokenize, text) == words(tokenize, " ".join(chunks))


def test_a_reader_is_asked_once_for_a_word_that_stands_a_thousand_times(nlp: Language) -> None:
    asked: list[str] = []

    def read(word: str, norm: str) -> int:
        del norm
        asked.append(word)
        return len(asked)

    Tokenizer(nlp, (read,))(["opacity" + ",/" * 200, "opacity" + ",/" * 300])
    assert sorted(set(asked)) == sorted(asked)
