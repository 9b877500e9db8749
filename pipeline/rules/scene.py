"""A passage's phrases, sorted into findings and the modifiers that want one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pipeline.lexicon.grammar import Grammar, WordLists
from pipeline.rules.values import Phrase

# What de-identification leaves in a word's place.
_MASK: Final = re.compile(r"x{3,}|_+|\[\*\*.*")


@dataclass(frozen=True)
class Scene:
    """A passage's phrases sorted out: findings, and the modifiers that want one.

    Attributes:
        words: the passage's words in lower case.
        findings: its findings, in order.
        modifiers: its sides, zones and descriptors, in order.
        modifier_tokens: the tokens of all modifiers.
        sentence_of: ordinal of each token's sentence.
        grammar: the words that rules know.
        lists: its lists to look words up in.
    """

    words: Sequence[str]
    findings: tuple[Phrase, ...]
    modifiers: tuple[Phrase, ...]
    modifier_tokens: frozenset[int]
    sentence_of: Sequence[int]
    grammar: Grammar
    lists: WordLists

    @cached_property
    def finding_starts(self) -> list[int]:
        """The first tokens of findings, sorted."""
        return sorted({finding.start for finding in self.findings})

    @cached_property
    def finding_ends(self) -> frozenset[int]:
        """The tokens behind findings."""
        return frozenset([finding.end for finding in self.findings])

    @cached_property
    def again_starts(self) -> frozenset[int]:
        """The first tokens of findings that name what the one before them names."""
        return frozenset([finding.start for finding in self.findings if finding.again])

    @cached_property
    def place_starts(self) -> frozenset[int]:
        """The first tokens of sides and zones."""
        return frozenset([m.start for m in self.modifiers if m.category in ("side", "zone")])

    @cached_property
    def side_tokens(self) -> frozenset[int]:
        """The tokens of sides."""
        sides = [m for m in self.modifiers if m.category == "side"]
        return frozenset([token for side in sides for token in range(side.start, side.end)])

    def behind_modifiers(self, token: int) -> int:
        """The first token from `token` on that is no modifier's."""
        while token in self.modifier_tokens:
            token += 1
        return token

    def sentence_start(self, token: int) -> int:
        """The first token of a token's sentence."""
        return self.sentence_of.index(self.sentence_of[token])

    def is_adverb(self, token: int) -> bool:
        """Whether a word tells how or where something is: "bilaterally", "throughout"."""
        return is_adverb(self.words[token], self.grammar)


def make_scene(
    words: Sequence[str], phrases: Sequence[Phrase], sentence_of: Sequence[int], grammar: Grammar
) -> Scene:
    """Sort a passage's phrases into findings and modifiers."""
    modifiers = tuple([phrase for phrase in phrases if phrase.category != "finding"])
    return Scene(
        words=words,
        findings=tuple([phrase for phrase in phrases if phrase.category == "finding"]),
        modifiers=modifiers,
        modifier_tokens=frozenset(t for m in modifiers for t in range(m.start, m.end)),
        sentence_of=sentence_of,
        grammar=grammar,
        lists=grammar.words,
    )


def is_mask(word: str) -> bool:
    """Whether a word is a de-identification mark, behind which any word may have stood."""
    return _MASK.fullmatch(word) is not None


def is_adverb(word: str, grammar: Grammar) -> bool:
    """Whether a word tells how or where something is: "bilaterally", "throughout"."""
    return word.endswith(grammar.adverb_endings) or word in grammar.words.adverbs


def first_after(findings: Sequence[Phrase], token: int) -> int | None:
    """The index of the first finding that begins at `token` or behind it; None if none does."""
    return next((i for i, f in enumerate(findings) if f.start >= token), None)


def last_before(findings: Sequence[Phrase], token: int) -> int | None:
    """The index of the last finding that ends at `token` or before it; None if none does."""
    return next((i for i in range(len(findings) - 1, -1, -1) if findings[i].end <= token), None)
