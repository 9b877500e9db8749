"""What each phrase of the lexicon stands for."""

from collections.abc import Iterator
from typing import NamedTuple

from pipeline.lexicon.concepts import Concept, Implication, Lexicon


class Entry(NamedTuple):
    """What a phrase stands for, and the rule that says so.

    Attributes:
        concept: none where the phrase only looks like one.
        rule: what stands in the table of mentions.
        weak: whether it counts only under the condition that `Concept.weak_phrases` states.
        subject: the list of nouns of which it has to be said; see `Concept.subject_phrases`.
    """

    concept: Concept | None
    rule: str
    weak: bool = False
    subject: str | None = None


def entries_of(lexicon: Lexicon) -> Iterator[tuple[str, Entry]]:
    """Each phrase of the lexicon with what it stands for."""
    for concept in lexicon.concepts:
        name = concept.concept_id
        for phrase in concept.phrases:
            yield phrase, Entry(concept, f"lexicon:{name}")
        for phrase in concept.weak_phrases:
            yield phrase, Entry(concept, f"lexicon:weak {name}", weak=True)
        for phrase, subject in concept.subject_phrases:
            yield phrase, Entry(concept, f"lexicon:{name} of {subject}", subject=subject)
    for phrase in lexicon.excluded_phrases:
        yield phrase, Entry(None, "lexicon:not")


def abbreviated(concept: Concept, short: str) -> Entry:
    """A concept that a report has an abbreviation for."""
    return Entry(concept, f"abbreviation:{short}")


def elided(zone: Concept) -> Entry:
    """A zone that shares its noun with another."""
    return Entry(zone, f"ellipsis:{zone.concept_id}")


def implied(lexicon: Lexicon, implication: Implication, by: str) -> Entry:
    """A concept that holds by another one next to a third."""
    rule = f"implied:{by} with {implication.only_with}"
    return Entry(lexicon.concept(implication.concept_id), rule)


def zones_by_phrase(lexicon: Lexicon) -> dict[str, Concept]:
    """The zone of each phrase that names one."""
    zones = [concept for concept in lexicon.concepts if concept.category == "zone"]
    return {phrase: zone for zone in zones for phrase in zone.phrases}
