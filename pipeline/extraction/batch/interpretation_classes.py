"""Findings that interpret the same findings, and are interpreted by the same, are one to the rules.

`rules/interpretation.py` asks nothing else of a finding's concept, so that passages whose findings
are of the same classes are read alike.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from pipeline.lexicon.concepts import Lexicon


class InterpretationClass(NamedTuple):
    """What a finding is to others.

    Attributes:
        number: of the class; -1 is none.
        interprets: whether it may interpret any.
        interpreted: whether any may interpret it.
    """

    number: int
    interprets: bool
    interpreted: bool


#: What findings are that neither interpret nor are interpreted.
NEITHER: Final = InterpretationClass(-1, interprets=False, interpreted=False)


def interpretation_classes(lexicon: Lexicon) -> Mapping[str, InterpretationClass]:
    """The class of each finding that interprets another or is interpreted, by concept id."""
    by: dict[str, set[str]] = {}
    for concept in lexicon.concepts:
        for seen in concept.interprets:
            by.setdefault(seen, set()).add(concept.concept_id)
    numbers: dict[tuple[frozenset[str], frozenset[str]], int] = {}
    classes: dict[str, InterpretationClass] = {}
    for concept in lexicon.concepts:
        interprets = frozenset(concept.interprets)
        interpreted = frozenset(by.get(concept.concept_id, ()))
        if interprets or interpreted:
            number = numbers.setdefault((interprets, interpreted), len(numbers))
            classes[concept.concept_id] = InterpretationClass(
                number, bool(interprets), bool(interpreted)
            )
    return classes
