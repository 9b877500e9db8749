"""Offsets are exact and an analysis is a pure function of its passage."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extraction.batch.analyses import plain_rows
from pipeline.extraction.batch.extractor import Extractor
from pipeline.rules.values import PassageText

WORDS = st.sampled_from(
    "No patchy opacity opacities consolidation/atelectasis right-sided left base RLL bibasilar "
    "may represent pneumonia , . ; : and or effusion ___ XXXX has resolved lower lobe (GGO) "
    "évident midlung cannot be excluded 2.5 cm versus".split()
)
BLANKS = st.sampled_from([" ", "  ", "\n", "\r\n", "\t", "", "\u00a0"])


@given(st.lists(st.tuples(WORDS, BLANKS), min_size=1, max_size=30))
@settings(max_examples=150)
def test_offsets_index_the_received_text(
    extractor: Extractor, pieces: list[tuple[str, str]]
) -> None:
    text = "".join(word + blank for word, blank in pieces)
    analysis = extractor.read(text, "findings")
    for mention in analysis.mentions:
        phrase = text[mention.start : mention.end]
        assert phrase == phrase.strip()
        assert phrase
        if mention.cue is not None:
            cue = text[slice(*mention.cue)]
            assert cue == cue.strip()
            assert cue
        for index in mention.findings:
            assert analysis.mentions[index].category == "finding"
    order = [(m.start, m.end, m.concept_id) for m in analysis.mentions]
    assert order == sorted(order)


@given(st.text(max_size=120))
def test_no_text_breaks_the_analysis(extractor: Extractor, text: str) -> None:
    for mention in extractor.read(text, "body").mentions:
        assert 0 <= mention.start < mention.end <= len(text)


def test_phrase_broken_over_a_line_is_one_mention(extractor: Extractor) -> None:
    text = "Opacity in the right\n  lower   lobe."
    zone = next(m for m in extractor.read(text, "findings").mentions if m.category == "zone")
    assert text[zone.start : zone.end] == "lower   lobe"


@pytest.mark.parametrize("misspelt", ["consoldation", "consolidaton", "conslidation"])
def test_misspelt_finding_is_found(extractor: Extractor, misspelt: str) -> None:
    (mention,) = extractor.read(f"Right {misspelt}.", "findings").mentions[1:]
    assert mention.concept_id == "finding:consolidation"


def test_same_passage_same_analysis(extractor: Extractor) -> None:
    text = "Patchy right base opacity, possibly pneumonia."
    assert extractor.read(text, "findings") == extractor.read(text, "findings")


SENTENCES = st.lists(st.tuples(WORDS, BLANKS), max_size=14).map(
    lambda pieces: "".join(word + blank for word, blank in pieces)
)


@given(st.lists(SENTENCES, max_size=6), st.sampled_from(["findings", "indication"]))
@settings(max_examples=200)
def test_passages_read_together_say_what_each_says_alone(
    extractor: Extractor, texts: list[str], section: str
) -> None:
    together = plain_rows(extractor.analyse([PassageText(text, section) for text in texts]))
    for text, analysis in zip(texts, together, strict=True):
        extractor.clear()  # so that nothing is known of passages that are built like it
        (alone,) = plain_rows(extractor.analyse([PassageText(text, section)]))
        assert alone == analysis


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Patchy opacity in the left base.", "Dense consolidation at the right apex."),
        ("There is no effusion.", "There is no pneumothorax."),
    ],
)
def test_passages_that_are_built_alike_say_their_own(
    extractor: Extractor, one: str, other: str
) -> None:
    first, second = extractor.read(one, "findings"), extractor.read(other, "findings")
    assert [m.assertion for m in first.mentions] == [m.assertion for m in second.mentions]
    assert [m.findings for m in first.mentions] == [m.findings for m in second.mentions]
    for text, analysis in ((one, first), (other, second)):
        for mention in analysis.mentions:
            name = mention.concept_id.partition(":")[2].partition("_")[-1]
            assert name in text[mention.start : mention.end].lower()


def test_abbreviation_defined_in_the_report_is_read(extractor: Extractor) -> None:
    report = "There is an airspace disease (ASD) in the left base. ASD has increased."
    abbreviations = extractor.find_abbreviations(report)
    assert abbreviations == (("ASD", "airspace disease"),)
    analysis = extractor.read("ASD has increased.", "findings", abbreviations)
    (mention,) = analysis.mentions
    assert mention.concept_id == "finding:airspace_disease"
    assert mention.rule == "abbreviation:ASD"
    assert extractor.read("ASD has increased.", "findings").mentions == ()


def test_density_counts_only_where_the_lung_is_spoken_of(extractor: Extractor) -> None:
    def findings(text: str) -> list[str]:
        return [
            m.concept_id
            for m in extractor.read(text, "findings").mentions
            if m.category == "finding"
        ]

    assert findings("Vague density in the right upper lobe.") == ["finding:opacity"]
    assert findings("Round density over the humerus.") == []


def test_many_findings_of_few_words_keep_their_mentions(extractor: Extractor) -> None:
    """There are more mentions than strings, which each of them is counted in."""
    analysis = extractor.read("Opacity " * 9, "indication")
    assert [finding.mentions for finding in analysis.findings] == [(i,) for i in range(9)]
