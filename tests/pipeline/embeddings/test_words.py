"""What sentences of reports become before word2vec reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.embeddings.words import DEIDENTIFIED, NUMBER, join_phrases, joined_phrase, split_words


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("No RLL opacity.", "no rll opacity"),
        ("Compared to ___, unchanged.", f"compared to {DEIDENTIFIED} unchanged"),
        ("Seen by XXXX at XXXX.", f"seen by {DEIDENTIFIED} at {DEIDENTIFIED}"),
        ("Read by [**First Name (un) 12**] today", f"read by {DEIDENTIFIED} today"),
        ("A 6mm nodule, 3.5 cm from T12.", f"a {NUMBER} mm nodule {NUMBER} cm from t12"),
        ("Film of 12/03/2019 at 10:30", f"film of {NUMBER} at {NUMBER}"),
        ("left-sided effusion/atelectasis", "left sided effusion atelectasis"),
        ("The patient's lungs", "the patient's lungs"),
        ("... ;", ""),
    ],
)
def test_case_numbers_and_blanked_out_text_are_made_alike(sentence: str, words: str) -> None:
    assert " ".join(split_words(sentence)) == words


def test_phrases_become_one_word_each_whatever_parts_their_words() -> None:
    sentence = "Left  lower\nlobe air-space opacity"
    spans = [(6, 16), (17, 26)]

    assert [sentence[start:end] for start, end in spans] == ["lower\nlobe", "air-space"]
    assert split_words(join_phrases(sentence, spans)) == (
        "left",
        "lower_lobe",
        "air_space",
        "opacity",
    )


def test_of_phrases_that_overlap_the_first_and_longest_is_joined() -> None:
    sentence = "right lower lobe pneumonia"

    joined = join_phrases(sentence, [(0, 16), (6, 16), (12, 26)])

    assert split_words(joined) == ("right_lower_lobe", "pneumonia")


@pytest.mark.parametrize(
    ("phrase", "word"),
    [
        ("Pleural Effusions", "pleural_effusions"),
        ("opacity", "opacity"),
        ("left > right", "left_right"),
        ("--", None),
    ],
)
def test_a_phrase_is_one_word_or_none(phrase: str, word: str | None) -> None:
    assert joined_phrase(phrase) == word


# No X: three of them are a de-identification mark, which no phrase of a lexicon holds.
_WORDS = st.lists(st.text("abcQÄß19", min_size=1, max_size=5), min_size=1, max_size=4)


@given(
    before=st.text(max_size=12),
    phrase=_WORDS.map(" ".join),
    after=st.text(max_size=12),
)
def test_joining_keeps_every_offset_and_gives_the_phrase_as_a_word(
    before: str, phrase: str, after: str
) -> None:
    text = f"{before} {phrase} {after}"
    start = len(before) + 1

    joined = join_phrases(text, [(start, start + len(phrase))])

    assert len(joined) == len(text)
    assert (joined[:start], joined[start + len(phrase) :]) == (f"{before} ", f" {after}")
    if " " in phrase:
        assert "_".join(phrase.lower().split()) in split_words(joined)
        assert joined_phrase(phrase) in split_words(joined)
