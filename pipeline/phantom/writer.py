"""Writes a statement word by word and keeps, as it goes, what each word means."""

from dataclasses import dataclass, field
from typing import Final, Literal

from data_contracts.concepts import Assertion

#: Findings that a modifier or a cue reaches: the next, all that follow in the sentence, the last,
#: all before it in its scope, or (a cue) all of the scope on both sides.
Reach = Literal["next", "rest", "last", "before", "around"]

# A finding that says itself what something is: nobody takes it for another one.
_NOT_TAKEN: Final = ("finding:atelectasis",)
# Of a place that belongs to several findings, the strongest statement counts.
_STRENGTH: Final = ("affirmed", "uncertain", "historical", "hypothetical", "negated")


@dataclass(slots=True)
class Mark:
    """A phrase that names a concept; offsets count the statement's characters.

    Attributes:
        assertion: None where nothing but the section decides.
        cue: (start, end) of the words that decided it.
        owners: the findings that a side, zone or descriptor belongs to.
        interprets: of a finding, those that are taken for it.
        sentence: ordinal of its sentence in the statement.
    """

    start: int
    end: int
    concept_id: str
    sentence: int
    assertion: Assertion | None = None
    cue: tuple[int, int] | None = None
    owners: list["Mark"] = field(default_factory=list)
    interprets: list["Mark"] = field(default_factory=list)

    @property
    def is_finding(self) -> bool:
        """Whether the concept is a finding, not a place or descriptor."""
        return self.concept_id.startswith("finding:")


@dataclass(slots=True)
class Statement:
    """One or several sentences that belong together, with all that they say.

    Attributes:
        sentences: (start, end) of each.
        groups: numbers of the lesion groups that its first findings stand for, in their order.
    """

    text: str
    sentences: list[tuple[int, int]]
    marks: list[Mark]
    groups: tuple[int, ...] = ()


class Writer:
    """Collects a statement's text; see `pipeline.phantom.notation` for what calls it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._sentence_start = 0
        self._sentences: list[tuple[int, int]] = []
        self._marks: list[Mark] = []
        self._findings: list[Mark] = []
        self._scope = 0
        self._waiting: list[Mark] = []
        self._waiting_rest: list[Mark] = []
        self._cue: tuple[Assertion, tuple[int, int]] | None = None
        self._capital = True
        self._article = False
        self._seen: list[Mark] = []

    def text(self, text: str) -> None:
        """Write plain words."""
        if not text:
            return
        if self._article:
            self._article = False
            text = ("an " if _takes_an(text) else "a ") + text
        text = self._join(text)
        if not text:
            return
        if self._capital and text[0] != " ":
            self._capital = False
            text = text[0].upper() + text[1:]
        self._parts.append(text)
        self._length += len(text)

    def article(self) -> None:
        """Write "a" or "an", as the next word wants."""
        self._article = True

    def mention(self, text: str, concepts: tuple[str, ...], reach: Reach) -> None:
        """Write a phrase that names concepts."""
        self.text(text)
        start = self._length - len(text)
        for concept_id in concepts:
            mark = Mark(start, self._length, concept_id, len(self._sentences))
            self._marks.append(mark)
            if mark.is_finding:
                self._add_finding(mark)
            else:
                self._add_modifier(mark, reach)

    def cue(self, text: str, assertion: Assertion, reach: Reach) -> None:
        """Write the words that decide what is said of the findings that they reach."""
        self.text(text)
        stripped = text.strip(" ,:")
        start = self._length - len(text) + text.index(stripped)
        decided = (assertion, (start, start + len(stripped)))
        if reach in ("before", "around"):
            for finding in self._findings[self._scope :]:
                if finding.assertion is None:
                    finding.assertion, finding.cue = decided
        if reach != "before":
            self._cue = decided

    def interpretation(self) -> None:
        """Go on to say what the findings so far are taken for."""
        self._seen = [mark for mark in self._findings if mark.concept_id not in _NOT_TAKEN]

    def end_scope(self) -> None:
        """End the reach of cues and of "all findings so far"."""
        self._cue = None
        self._scope = len(self._findings)

    def end_sentence(self) -> None:
        """Begin another sentence of the same statement."""
        self.end_scope()
        self._waiting_rest = []
        self._seen = []
        self._sentences.append((self._sentence_start, self._length))
        self._parts.append(" ")
        self._length += 1
        self._sentence_start = self._length
        self._capital = True

    def finish(self) -> Statement:
        """The statement as written."""
        text = "".join(self._parts).rstrip()
        if text[-1] not in ".?!:":
            text += "."
        self._sentences.append((self._sentence_start, len(text)))
        for mark in self._marks:
            if mark.owners:
                strongest = min(
                    mark.owners, key=lambda owner: _STRENGTH.index(owner.assertion or "affirmed")
                )
                mark.assertion, mark.cue = strongest.assertion, strongest.cue
        for mark in self._marks:
            if mark.assertion == "negated":
                mark.interprets = []
        kept = [mark for mark in self._marks if mark.is_finding or mark.owners]
        kept.sort(key=lambda mark: (mark.start, mark.end, mark.concept_id))
        return Statement(text, self._sentences, kept)

    def _join(self, text: str) -> str:
        """`text` without the blanks that an empty alternative before it has left doubled."""
        if not self._parts or self._parts[-1][-1] != " ":
            return text
        text = text.removeprefix(" ")
        if text[:1] in (".", ",", ";", ":"):
            self._parts[-1] = self._parts[-1][:-1]
            self._length -= 1
            if not self._parts[-1]:
                self._parts.pop()
        return text

    def _add_finding(self, mark: Mark) -> None:
        if self._cue is not None:
            mark.assertion, mark.cue = self._cue
        for modifier in (*self._waiting, *self._waiting_rest):
            modifier.owners.append(mark)
        self._waiting = []
        mark.interprets.extend(self._seen)
        self._findings.append(mark)

    def _add_modifier(self, mark: Mark, reach: Reach) -> None:
        if reach == "next":
            self._waiting.append(mark)
        elif reach == "rest":
            self._waiting_rest.append(mark)
        elif reach == "last":
            mark.owners.append(self._findings[-1])
        else:
            mark.owners.extend(self._findings[self._scope :])


def _takes_an(text: str) -> bool:
    return text[0] in "aeioAEIO8" or text[:2] in ("un", "11", "18", "LL", "LU", "RL", "RU", "RM")
