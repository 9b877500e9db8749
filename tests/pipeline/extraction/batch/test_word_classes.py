"""A class of words is to every rule what each of its words is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extraction.batch.word_classes import WordClasses
from pipeline.lexicon.grammar import WordLists, load_grammar
from pipeline.rules.scene import is_adverb, is_mask

GRAMMAR = load_grammar()
CLASSES = WordClasses(GRAMMAR)
LISTS = {name: getattr(GRAMMAR.words, name) for name in WordLists.__dataclass_fields__}
KNOWN = sorted(frozenset().union(*LISTS.values()))
CODES = range(len(CLASSES.words))


def of_lists(word: str, *without: str) -> set[str]:
    return {name for name, words in LISTS.items() if word in words and name not in without}


@given(st.one_of(st.sampled_from(KNOWN), st.text(max_size=8), st.sampled_from(["___", "xxxx"])))
def test_the_word_that_stands_for_a_class_is_in_the_same_lists(word: str) -> None:
    other = CLASSES.words[CLASSES.code(word)]
    assert of_lists(word) == of_lists(other)
    assert is_mask(word) == is_mask(other)
    assert is_adverb(word, GRAMMAR) == is_adverb(other, GRAMMAR)
    for mark in (",", "-", ":"):
        assert (word == mark) == (other == mark)


@pytest.mark.parametrize("word", CLASSES.words)
def test_the_word_that_stands_for_a_class_is_of_it(word: str) -> None:
    assert CLASSES.words[CLASSES.code(word)] == word


@pytest.mark.parametrize("code", CODES)
def test_without_some_lists_the_others_still_count(code: int) -> None:
    without = ("lung_words", "place_nouns")
    other = CLASSES.words[CLASSES.without(*without)[code]]
    assert of_lists(other, *without) == of_lists(CLASSES.words[code], *without)


def test_words_that_only_the_left_out_lists_tell_apart_are_one() -> None:
    without = CLASSES.without("lung_words", "place_nouns")
    assert without[CLASSES.code("lobe")] == without[CLASSES.code("base")]
    assert without[CLASSES.code("alveolar")] == CLASSES.code("unheard-of") == CLASSES.unknown
