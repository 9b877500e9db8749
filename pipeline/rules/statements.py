"""What the analysis of a passage yields: plain rows, offsets counted from the passage's start.

Named tuples: millions of them are made, at a third of a frozen dataclass's cost.
"""

from typing import NamedTuple, TypeAlias

from data_contracts.concepts import Assertion, Category

#: (short, long) of each abbreviation that a report defines itself, sorted.
Abbreviations: TypeAlias = tuple[tuple[str, str], ...]


class Passage(NamedTuple):
    """The unit of analysis: a sentence, with those after it that only speak of it.

    "There is an opacity. It lies in the left base." is one passage of two sentences, so that
    relations never leave a passage, and equal passages have equal analyses.

    Attributes:
        start: offset of the first character in the text that was split.
        end: offset behind the last character.
        sentences: (start, end) of each sentence, in the same offsets.
    """

    start: int
    end: int
    sentences: tuple[tuple[int, int], ...]


class PassageText(NamedTuple):
    """A passage to be analysed: all that its analysis may depend on.

    Attributes:
        text: the passage as it stands in the report.
        section: its section's name; outside the asserting sections nothing is affirmed.
        later_sentences: where its sentences but the first begin in it.
        abbreviations: those that its report defines.
    """

    text: str
    section: str
    later_sentences: tuple[int, ...] = ()
    abbreviations: Abbreviations = ()


class PassageMention(NamedTuple):
    """A phrase that names a concept.

    Attributes:
        start: offset of the phrase in the passage.
        end: offset behind it.
        concept_id: what it names.
        category: the concept's category.
        assertion: what the passage says of it.
        cue: (start, end) of the words that decided the assertion, in the passage.
        cue_rule: the cue's lexicon entry or rule; None where nothing but the default decided.
        findings: indices, in the same analysis, of the findings a place or descriptor belongs to.
        rule: the lexicon entry or rule that found the phrase.
    """

    start: int
    end: int
    concept_id: str
    category: Category
    assertion: Assertion
    cue: tuple[int, int] | None
    cue_rule: str | None
    findings: tuple[int, ...]
    rule: str


class PassageFinding(NamedTuple):
    """A finding as the passage states it.

    Attributes:
        mention: index of the finding's own mention in the analysis.
        sides: sorted concept ids; empty where none is stated. So too `zones`, `descriptors`.
        mentions: indices of all mentions behind the statement, the finding's first.
    """

    mention: int
    sides: tuple[str, ...]
    zones: tuple[str, ...]
    descriptors: tuple[str, ...]
    mentions: tuple[int, ...]


class PassageAnalysis(NamedTuple):
    """All that a passage says; mentions in order of (start, end, concept_id)."""

    mentions: tuple[PassageMention, ...]
    findings: tuple[PassageFinding, ...]
