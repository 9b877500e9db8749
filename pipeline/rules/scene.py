"""A passage's phrases, sorted into findings and the modifiers that want one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from data_contracts.concepts import Category
from pipeline.lexicon.concepts import Concept


class Match(NamedTuple):
    """A phrase of the lexicon in a passage, as far as rules may look at it.

    Attributes:
        place: its place among the passage's phrases.
        start: its first token.
        end: the token behind its last.
        category: its concept's category.
        weak: whether it counts only under the condition that `Concept.weak_phrases` states.
        concept: its concept, in a passage where one phrase may imply another concept.
    """

    place: int
    start: int
    end: int
    category: Category
    weak: bool = False
    concept: Concept | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A passage's matches sorted out: findings, and the modifiers that want one.

    Attributes:
        words: the passage's words in lower case.
        findings: its findings, in order.
        modifiers: its sides, zones and descriptors, in order.
        sentence_of: ordinal of each token's sentence.
    """

    words: Sequence[str]
    findings: tuple[Match, ...]
    modifiers: tuple[Match, ...]
    sentence_of: Sequence[int]


def make_scene(words: Sequence[str], matches: Sequence[Match], sentence_of: Sequence[int]) -> Scene:
    """Sort a text's matches into findings and modifiers."""
    findings: list[Match] = []
    modifiers: list[Match] = []
    for match in matches:
        (findings if match.category == "finding" else modifiers).append(match)
    return Scene(words, tuple(findings), tuple(modifiers), sentence_of)


def first_after(findings: Sequence[Match], token: int) -> int | None:
    """The place of the first finding that begins at `token` or behind it; None if there is none."""
    return next((i for i, f in enumerate(findings) if f.start >= token), None)
