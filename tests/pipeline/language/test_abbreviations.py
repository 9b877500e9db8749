"""Abbreviations that a report defines: scispaCy's, without what grows with the report's square."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scispacy.abbreviation import AbbreviationDetector

from pipeline.language.abbreviations import AbbreviationFinder
from pipeline.language.tokens import blank_pipeline

NLP = blank_pipeline()
WORDS = (
    *("(", ")", "(GGO)", "(ASD)", "(RL)", "GGO", "ASD", "X", "and", ","),
    *("ground", "glass", "opacity", "airspace", "Airspace", "disease", "right", "lower", "lobe"),
)


@pytest.mark.filterwarnings("ignore:.*W036:UserWarning")
@settings(max_examples=60)
@given(st.lists(st.sampled_from(WORDS), min_size=3, max_size=40).map(" ".join))
def test_it_finds_what_the_detector_of_scispacy_finds(text: str) -> None:
    found = AbbreviationDetector(NLP)(NLP.make_doc(f"{text} (GGO)"))._.abbreviations
    expected = {(short.text, short._.long_form.text) for short in found}
    # Words in a row name concepts here.
    finder = AbbreviationFinder(NLP, lambda phrases: [" " in phrase for phrase in phrases])
    named = {(s, long.lower()) for s, long in expected if " " in long and " " not in s}
    assert set(finder.find(f"{text} (GGO)")) == named


def test_a_report_of_brackets_asks_once_for_what_it_defines() -> None:
    asked: list[Sequence[str]] = []

    def name(phrases: Sequence[str]) -> list[bool]:
        asked.append(phrases)
        return [" " in phrase for phrase in phrases]

    text = "((" * 200 + "Ground glass opacity (GGO). " * 200 + "))" * 200
    assert AbbreviationFinder(NLP, name).find(text) == (("GGO", "ground glass opacity"),)
    assert asked == [["GGO", "Ground glass opacity"]]
