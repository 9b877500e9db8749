"""A trie finds what spaCy's PhraseMatcher finds."""

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from pipeline.extraction.phrase_trie import PhraseTrie

_WORDS = st.lists(st.sampled_from(["no", "new", "left", "lobe", "opacity", "of"]), max_size=12)


def test_phrases_that_begin_alike_are_all_found() -> None:
    trie: PhraseTrie[str] = PhraseTrie()
    trie.add(["pleural", "effusion"], "effusion")
    trie.add(["pleural"], "pleura")
    trie.add(["effusion"], "effusion")
    words = "no pleural effusion , pleural thickening".split()
    assert trie.find(words) == [
        ("pleura", 1, 2),
        ("effusion", 1, 3),
        ("effusion", 2, 3),
        ("pleura", 4, 5),
    ]


def test_one_phrase_may_have_two_keys() -> None:
    trie: PhraseTrie[str] = PhraseTrie()
    trie.add(["no"], "negated")
    trie.add(["no"], "stop")
    trie.add(["no"], "stop")
    assert trie.find(["no"]) == [("negated", 0, 1), ("stop", 0, 1)]


def test_a_phrase_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="'nothing' has no words"):
        PhraseTrie[str]().add([], "nothing")


@given(phrases=st.lists(_WORDS.filter(bool), min_size=1, max_size=8), words=_WORDS)
def test_it_agrees_with_spacys_matcher(phrases: list[list[str]], words: list[str]) -> None:
    nlp = spacy.blank("en")
    trie: PhraseTrie[str] = PhraseTrie()
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    for number, phrase in enumerate(phrases):
        trie.add(phrase, str(number))
        matcher.add(str(number), [Doc(nlp.vocab, words=phrase)])
    expected = matcher(Doc(nlp.vocab, words=words)) if words else []
    assert sorted(trie.find(words)) == sorted(
        (nlp.vocab.strings[key], start, end) for key, start, end in expected
    )
