"""The typed values that rules take and give; offsets and tokens count from the passage's start.

Named tuples: millions of them are made, at a third of a frozen dataclass's cost.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from data_contracts.concepts import Assertion, Category
from pipeline.lexicon.concepts import Concept
from pipeline.lexicon.cues import CueEntry, Direction

#: (short, long) of each abbreviation that a report defines itself, sorted.
Abbreviations: TypeAlias = tuple[tuple[str, str], ...]


#: The rule that doubts a finding because another may stand in its place.
ALTERNATIVE_RULE: Final = "rule:alternative"


class Phrase(NamedTuple):
    """A phrase of the lexicon in a passage.

    Attributes:
        ordinal: its place among the passage's phrases.
        start: its first token.
        end: the token behind its last.
        category: its concept's category.
        weak: whether it counts only under the condition that `Concept.weak_phrases` states.
        concept: its concept; may be missing where it does not matter whether it implies another
            one, or interprets one.
        subject: the list of nouns of which it has to be said to count.
        again: whether it is a finding and names what the one before it names; phrases with a
            `subject` are passed over.
    """

    ordinal: int
    start: int
    end: int
    category: Category
    weak: bool = False
    concept: Concept | None = None
    subject: str | None = None
    again: bool = False


class CuePhrase(NamedTuple):
    """A phrase of `cues.txt` in a passage: what it is, first token, token behind the last."""

    entry: CueEntry
    start: int
    end: int


class Cue(NamedTuple):
    """A cue that counts.

    Attributes:
        start: its first token.
        end: the token behind its last.
        assertion: what it makes of the findings in its reach.
        direction: whether it stands before them, in one noun phrase with them, or after them.
        identity: whether it doubts only what they are, so that their places stay affirmed.
        alternative: whether it is no phrase of `cues.txt` but the word between two alternatives.
    """

    start: int
    end: int
    assertion: Assertion
    direction: Direction
    identity: bool = False
    alternative: bool = False

    @property
    def rule(self) -> str:
        """What it is, for the audit trail."""
        return ALTERNATIVE_RULE if self.alternative else f"cue:{self.assertion} {self.direction}"


class Verdict(NamedTuple):
    """What is said of a finding, and the cue that says it; no cue means plainly affirmed."""

    assertion: Assertion
    cue: Cue | None


class TokenizedPassage(NamedTuple):
    """A passage as rules see it.

    Attributes:
        words: its words in lower case.
        sentences: first token of each sentence.
        phrases: its phrases in text order, of equally placed ones by concept id.
        cues: phrases of `cues.txt` in it, in text order.
    """

    words: Sequence[str]
    sentences: Sequence[int]
    phrases: tuple[Phrase, ...]
    cues: tuple[CuePhrase, ...]


class Implied(NamedTuple):
    """A concept that holds by one concept next to another."""

    concept_id: str
    by: str
    next_to: str


class Statement(NamedTuple):
    """What is said by one phrase.

    Attributes:
        phrase: the phrase, by its place among the passage's.
        implied: the concept that it has only next to another one.
        assertion: what is said of it.
        cue: (first token, token behind the last) of the cue that decided, if one did.
        cue_rule: what the cue is.
        owners: statements, by their place, of the findings that it belongs to.
        interprets: of a finding, statements of the findings that it is what they are taken for.
        inherits: of a finding, statements of the sides and zones that it has from these.
        sided: of a zone, whether a side stands right before it.
    """

    phrase: int
    implied: Implied | None
    assertion: Assertion
    cue: tuple[int, int] | None
    cue_rule: str | None
    owners: tuple[int, ...]
    interprets: tuple[int, ...] = ()
    inherits: tuple[int, ...] = ()
    sided: bool = False


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
        interprets: indices of the mentions of those findings that it is what they are taken for.
        inherited_sides: sorted concept ids that it has from these; so too `inherited_zones`.
        implied_sides: sorted ids of sides that its zones, inherited ones too, lie on by name.
    """

    mention: int
    sides: tuple[str, ...]
    zones: tuple[str, ...]
    descriptors: tuple[str, ...]
    mentions: tuple[int, ...]
    interprets: tuple[int, ...] = ()
    inherited_sides: tuple[str, ...] = ()
    inherited_zones: tuple[str, ...] = ()
    implied_sides: tuple[str, ...] = ()


class PassageAnalysis(NamedTuple):
    """All that a passage says; mentions in order of (start, end, concept_id)."""

    mentions: tuple[PassageMention, ...]
    findings: tuple[PassageFinding, ...]
