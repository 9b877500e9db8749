"""The phrase files: rules by name, and the statements that are made from them."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from pipeline.phantom.dice import Dice, Weighted
from pipeline.phantom.notation import Phrase, parse
from pipeline.phantom.writer import Statement, Writer

_WEIGHT: Final = re.compile(r"(\d+)\*\s+")
_NO_CONTEXT: Final[Mapping[str, str]] = {}


class PhraseFileError(ValueError):
    """A phrase file breaks its form; the message names file and line."""


class Phrasebook:
    """Rules by name; each has weighted alternatives in the notation of `notation`."""

    def __init__(self, rules: dict[str, Weighted[Phrase]]) -> None:
        self._rules = rules

    def alternatives(self, rule: str) -> Weighted[Phrase]:
        """A rule's alternatives.

        Raises:
            KeyError: no phrase file has the rule.
        """
        return self._rules[rule]

    def __contains__(self, rule: str) -> bool:
        return rule in self._rules

    def state(self, rule: str, dice: Dice, context: Mapping[str, str] = _NO_CONTEXT) -> Statement:
        """Make a statement.

        Args:
            rule: the rule to begin with.
            dice: decides between alternatives.
            context: phrases in the notation, for slots that depend on the study; a slot that it
                has is filled from it, any other by the rule of that name.
        """
        telling = _Telling(self, dice, context)
        telling.expand(rule)
        return telling.writer.finish()


class _Telling:
    __slots__ = ("_book", "_context", "dice", "writer")

    def __init__(self, book: Phrasebook, dice: Dice, context: Mapping[str, str]) -> None:
        self._book = book
        self._context = context
        self.dice = dice
        self.writer = Writer()

    def expand(self, rule: str) -> None:
        given = self._context.get(rule)
        if given is not None:
            parse(given).tell(self)
        else:
            self.dice.weighted(self._book.alternatives(rule)).tell(self)


@cache
def load_phrasebook() -> Phrasebook:
    """Read every phrase file of the package.

    Raises:
        PhraseFileError: a line stands before the first rule, or a rule occurs twice.
        NotationError: a phrase breaks the notation.
    """
    rules: dict[str, Weighted[Phrase]] = {}
    folder = resources.files("pipeline.phantom").joinpath("phrases")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".txt"):
            for name, alternatives in _read(file.name, file.read_text(encoding="utf-8")).items():
                if name in rules:
                    raise PhraseFileError(f"{file.name}: rule '{name}' is in another file too")
                rules[name] = Weighted(alternatives)
    return Phrasebook(rules)


def _read(name: str, text: str) -> dict[str, dict[Phrase, float]]:
    rules: dict[str, dict[Phrase, float]] = {}
    current: dict[Phrase, float] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("@"):
            rule = line[1:].strip()
            if rule in rules:
                raise PhraseFileError(f"{name}, line {number}: rule '{rule}' occurs twice")
            current = rules[rule] = {}
        elif current is None:
            raise PhraseFileError(f"{name}, line {number}: expected a rule's name, such as @heart")
        else:
            weight = _WEIGHT.match(line)
            source = line[weight.end() :] if weight else line
            current[parse(source)] = float(weight.group(1)) if weight else 1.0
    return rules
