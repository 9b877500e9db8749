"""A word's stand-in is to every rule what the word is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rules import grammar
from pipeline.rules.grammar import (
    LUNG_WORDS,
    PLACE_NOUNS,
    STAND_INS,
    is_adverb,
    is_mask,
    stand_in,
    stand_ins_without,
)

SETS = {name: words for name, words in vars(grammar).items() if isinstance(words, frozenset)}
KNOWN = sorted(frozenset().union(*SETS.values()))


@given(st.one_of(st.sampled_from(KNOWN), st.text(max_size=8), st.sampled_from(["___", "xxxx"])))
def test_a_stand_in_is_in_the_same_sets(word: str) -> None:
    other = STAND_INS[stand_in(word)]
    assert {n for n, words in SETS.items() if word in words} == {
        n for n, words in SETS.items() if other in words
    }
    assert is_mask(word) == is_mask(other)
    assert is_adverb(word) == is_adverb(other)
    assert (word == "of") == (other == "of")
    assert (word == "clear") == (other == "clear")


@pytest.mark.parametrize("word", STAND_INS)
def test_a_stand_in_stands_for_itself(word: str) -> None:
    assert STAND_INS[stand_in(word)] == word


@pytest.mark.parametrize("code", range(len(STAND_INS)))
def test_without_some_sets_the_others_still_count(code: int) -> None:
    other = STAND_INS[stand_ins_without(LUNG_WORDS, PLACE_NOUNS)[code]]
    for name, words in SETS.items():
        if words not in (LUNG_WORDS, PLACE_NOUNS):
            assert (STAND_INS[code] in words) == (other in words), name


def test_words_that_differ_in_ignored_sets_alone_become_one() -> None:
    without = stand_ins_without(LUNG_WORDS, PLACE_NOUNS)
    assert without[stand_in("lobe")] == without[stand_in("base")]
    assert without[stand_in("alveolar")] == stand_in("unheard-of")
