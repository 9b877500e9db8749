"""A trie finds what spaCy's PhraseMatcher finds, in many texts at once."""

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from pipeline.extraction.batch.phrase_trie import PhraseTrie

_VOCAB = spacy.blank("en").vocab
_WORDS = st.lists(st.sampled_from(["no", "new", "left", "lobe", "opacity", "of"]), max_size=12)


def find(trie: PhraseTrie, *texts: list[str]) -> list[tuple[int, int, int]]:
    """Key, first token and token behind the last of each phrase, tokens counted over all texts."""
    words = np.array([trie.code(word) for text in texts for word in text], dtype=np.int64)
    ends = np.cumsum([len(text) for text in texts])
    stops = np.repeat(ends, [len(text) for text in texts]).astype(np.int64)
    hits = trie.find(words, stops)
    return list(zip(*(column.tolist() for column in hits), strict=True))


def test_phrases_that_begin_alike_are_all_found() -> None:
    trie = PhraseTrie()
    trie.add(["pleural", "effusion"], 0)
    trie.add(["pleural"], 1)
    trie.add(["effusion"], 0)
    words = "no pleural effusion , pleural thickening".split()
    assert find(trie, words) == [(1, 1, 2), (0, 1, 3), (0, 2, 3), (1, 4, 5)]


def test_no_phrase_reaches_into_the_next_text() -> None:
    trie = PhraseTrie()
    trie.add(["pleural", "effusion"], 0)
    assert find(trie, ["pleural"], ["effusion"]) == []
    assert find(trie, ["no"], [], ["pleural", "effusion"]) == [(0, 1, 3)]


def test_one_phrase_may_have_two_keys() -> None:
    trie = PhraseTrie()
    trie.add(["no"], 3)
    trie.add(["no"], 1)
    trie.add(["no"], 1)
    assert find(trie, ["no"]) == [(3, 0, 1), (1, 0, 1)]


def test_a_trie_without_phrases_finds_nothing() -> None:
    assert find(PhraseTrie(), ["no", "effusion"]) == []


def test_a_phrase_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="the phrase for 7 has no words"):
        PhraseTrie().add([], 7)


@given(
    phrases=st.lists(_WORDS.filter(bool), min_size=1, max_size=8),
    texts=st.lists(_WORDS, min_size=1, max_size=4),
)
def test_it_agrees_with_spacys_matcher(phrases: list[list[str]], texts: list[list[str]]) -> None:
    trie = PhraseTrie()
    matcher = PhraseMatcher(_VOCAB, attr="LOWER")
    for number, phrase in enumerate(phrases):
        trie.add(phrase, number)
        matcher.add(str(number), [Doc(_VOCAB, words=phrase)])
    expected, base = [], 0
    for words in texts:
        found = matcher(Doc(_VOCAB, words=words)) if words else []
        expected += [(int(_VOCAB.strings[k]), base + s, base + e) for k, s, e in found]
        base += len(words)
    assert sorted(find(trie, *texts)) == sorted(expected)
