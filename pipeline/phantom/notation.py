r"""The notation of the phantom's phrases, and its translation into what a `Writer` is told.

[patchy] [opacity]        phrases that name concepts (see `words.txt`); a side, zone or
                          descriptor belongs to the next finding, or with a sign before it
[<left] [<<left] [>>left] to the last finding, to all before it, to all that follow
[middle:middle lobe]      written "middle", meaning what "middle lobe" means
<may represent|u>         a cue for the findings behind it: n(egated), u(ncertain),
                          h(istorical), q(uestion), a(ffirmed)
<is not seen|n^>          a cue for the findings before it in its scope; `*`: on both sides
~                         ends the scope of cues
//                        ends a sentence; the statement goes on
(a|b|)                    alternatives
{rule}                    another rule, or a value of the context
%a                        "a" or "an"
%=                        the findings behind it, in its sentence, are what those before it are
                          taken for
\( \| …                   the character itself
"""

from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

from data_contracts.concepts import Assertion
from pipeline.phantom.dice import Dice
from pipeline.phantom.words import concepts_of
from pipeline.phantom.writer import Reach, Writer

_ASSERTIONS: Final[dict[str, Assertion]] = {
    "n": "negated",
    "u": "uncertain",
    "h": "historical",
    "q": "hypothetical",
    "a": "affirmed",
}
_MODIFIER_REACH: Final[tuple[tuple[str, Reach], ...]] = (
    ("<<", "before"),
    (">>", "rest"),
    ("<", "last"),
)
_CUE_REACH: Final[dict[str, Reach]] = {"": "next", "^": "before", "*": "around"}


class NotationError(ValueError):
    """A phrase breaks the notation; the message quotes it."""


class Telling(Protocol):
    """What a node needs in order to write itself."""

    writer: Writer
    dice: Dice

    def expand(self, rule: str) -> None:
        """Write a rule's text in place of its slot."""


@dataclass(frozen=True, slots=True)
class Words:
    """Plain text."""

    text: str

    def tell(self, telling: Telling) -> None:
        """Write it."""
        telling.writer.text(self.text)


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase that names concepts."""

    text: str
    concepts: tuple[str, ...]
    reach: Reach

    def tell(self, telling: Telling) -> None:
        """Write it."""
        telling.writer.mention(self.text, self.concepts, self.reach)


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that decide an assertion."""

    text: str
    assertion: Assertion
    reach: Reach

    def tell(self, telling: Telling) -> None:
        """Write it."""
        telling.writer.cue(self.text, self.assertion, self.reach)


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of another rule."""

    rule: str

    def tell(self, telling: Telling) -> None:
        """Write the rule's text."""
        telling.expand(self.rule)


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives, all as likely."""

    options: tuple["Phrase", ...]

    def tell(self, telling: Telling) -> None:
        """Write one of them."""
        telling.dice.pick(self.options).tell(telling)


@dataclass(frozen=True, slots=True)
class Sign:
    """One of the signs without text: `~`, `//`, `%a`, `%=`."""

    sign: str

    def tell(self, telling: Telling) -> None:
        """Do what it asks for."""
        if self.sign == "%a":
            telling.writer.article()
        elif self.sign == "%=":
            telling.writer.interpretation()
        elif self.sign == "~":
            telling.writer.end_scope()
        else:
            telling.writer.end_sentence()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A whole phrase."""

    nodes: tuple[Words | Mention | Cue | Slot | Choice | Sign, ...]

    def tell(self, telling: Telling) -> None:
        """Write it from its first node to its last."""
        for node in self.nodes:
            node.tell(telling)


@cache
def parse(source: str) -> Phrase:
    """Translate a phrase.

    Raises:
        NotationError: a bracket is not closed, or a sign or code is unknown.
        KeyError: a word in brackets is not in `words.txt`.
    """
    reader = _Reader(source)
    phrase = reader.phrase(closing="")
    if reader.position != len(source):
        raise NotationError(f"unexpected '{source[reader.position]}' in: {source}")
    return phrase


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0

    def phrase(self, closing: str) -> Phrase:
        nodes: list[Words | Mention | Cue | Slot | Choice | Sign] = []
        words: list[str] = []

        def flush() -> None:
            if words:
                nodes.append(Words("".join(words)))
                words.clear()

        while self.position < len(self.source):
            character = self.source[self.position]
            if character in closing:
                break
            if character == "\\":
                words.append(self.source[self.position + 1])
                self.position += 2
                continue
            node = self._node(character)
            if node is None:
                words.append(character)
                self.position += 1
                continue
            flush()
            nodes.append(node)
        flush()
        return Phrase(tuple(nodes))

    def _node(self, character: str) -> Mention | Cue | Slot | Choice | Sign | None:
        if character == "[":
            return _mention(self._inside("]"))
        if character == "<":
            return _cue(self._inside(">"))
        if character == "{":
            return Slot(self._inside("}"))
        if character == "(":
            return self._choice()
        for sign, taken in (("%a ", "%a"), ("%=", "%="), ("~", "~"), (" // ", "//")):
            if self.source.startswith(sign, self.position):
                self.position += len(sign)
                return Sign(taken)
        return None

    def _inside(self, closing: str) -> str:
        end = self.source.find(closing, self.position)
        if end < 0:
            raise NotationError(f"no '{closing}' in: {self.source}")
        inside = self.source[self.position + 1 : end]
        self.position = end + 1
        return inside

    def _choice(self) -> Choice:
        options: list[Phrase] = []
        while True:
            self.position += 1
            options.append(self.phrase(closing="|)"))
            if self.position >= len(self.source):
                raise NotationError(f"no ')' in: {self.source}")
            if self.source[self.position] == ")":
                self.position += 1
                return Choice(tuple(options))


def _mention(inside: str) -> Mention:
    reach: Reach = "next"
    for sign, meant in _MODIFIER_REACH:
        if inside.startswith(sign):
            inside, reach = inside[len(sign) :], meant
            break
    text, _, meaning = inside.partition(":")
    return Mention(text, concepts_of(meaning or text), reach)


def _cue(inside: str) -> Cue:
    text, _, code = inside.rpartition("|")
    if not text or code[:1] not in _ASSERTIONS or code[1:] not in _CUE_REACH:
        raise NotationError(f"a cue is written <words|n>, not <{inside}>")
    return Cue(text, _ASSERTIONS[code[0]], _CUE_REACH[code[1:]])
