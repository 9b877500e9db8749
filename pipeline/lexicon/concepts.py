"""Lexicons: text files of concepts and their phrases that a radiologist can read and extend.

The files are read in the order of their names and check themselves: a phrase that two concepts of
a category claim, an unknown key or a concept that does not exist is an error with file and line.
"""

import hashlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, cast

from data_contracts.concepts import CATEGORIES, Category, category_of, is_concept_id
from pipeline.lexicon.grammar import SUBJECT_LISTS
from pipeline.lexicon.lexicon_files import (
    CONCEPT_FILES,
    LexiconError,
    content_lines,
    lexicon_folder,
    read_lexicon_file,
)

_OF: Final = "of "
# Lists of a draft by the key of their lines.
_PHRASE_LISTS: Final = {
    "not": "excluded_phrases",
    "weak": "weak_phrases",
    "also": "shared_phrases",
}
_INNERMOST: Final = re.compile(r"\(([^()]*)\)")


class SubjectPhrase(NamedTuple):
    """A phrase that counts only where it is said of one of a list's nouns.

    Attributes:
        phrase: such as "enlarged".
        subject: the list of `grammar.txt`, one of `SUBJECT_LISTS`.
    """

    phrase: str
    subject: str


class Implication(NamedTuple):
    """A concept that holds wherever another does, perhaps only next to a third one."""

    concept_id: str
    only_with: str | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """What a phrase can name.

    Attributes:
        concept_id: `category:name`.
        category: finding, side, zone or descriptor.
        preferred_name: its name in plain words.
        parents: concepts that a label of this one implies.
        phrases: its phrases, alternatives written out, in lower case.
        lung: a finding of the lung itself, whose places and descriptors are pneumonia's attributes.
        implied_with: concepts implied only next to another one, such as the middle lobe by "mid
            lung" next to "right".
        weak_phrases: phrases that count under a condition: a finding's where its sentence speaks
            of the lung ("density"), a side's where its finding has no other ("in the bases").
        subject_phrases: phrases that count where they are said of certain nouns ("enlarged").
        interprets: findings that may be taken for this one: an opacity for a pneumonia.
        lies_on: of a zone, the side that it lies on by its name: the lingula is left.
    """

    concept_id: str
    category: Category
    preferred_name: str
    parents: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    lung: bool = False
    implied_with: tuple[Implication, ...] = ()
    weak_phrases: tuple[str, ...] = ()
    subject_phrases: tuple[SubjectPhrase, ...] = ()
    interprets: tuple[str, ...] = ()
    lies_on: str | None = None

    @property
    def all_phrases(self) -> tuple[str, ...]:
        """Every phrase that may name it, under a condition or not."""
        said = tuple(phrase for phrase, _ in self.subject_phrases)
        return (*self.phrases, *self.weak_phrases, *said)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All concepts, in category and file order, and the phrases that only look like one.

    Attributes:
        concepts: the concepts.
        excluded_phrases: phrases that only look like a concept, and so does a shorter one in them.
        fingerprint: changes whenever a file that was read does.
    """

    concepts: tuple[Concept, ...]
    excluded_phrases: tuple[str, ...]
    fingerprint: str

    def concept(self, concept_id: str) -> Concept:
        """The concept of that id.

        Raises:
            KeyError: the lexicon has none.
        """
        for concept in self.concepts:
            if concept.concept_id == concept_id:
                return concept
        raise KeyError(concept_id)

    @property
    def lung_findings(self) -> frozenset[str]:
        """Ids of the findings of the lung itself."""
        return frozenset(concept.concept_id for concept in self.concepts if concept.lung)


def load_lexicon(path: Path | None = None) -> Lexicon:
    """Read the concepts from a folder of lexicon files.

    Raises:
        LexiconError: a file is missing or a line breaks the rules above.
    """
    folder = lexicon_folder(path)
    digest = hashlib.sha256()
    drafts: list[_Draft] = []
    for name in CONCEPT_FILES:
        lines = read_lexicon_file(folder, name)
        digest.update("\n".join(lines).encode())
        drafts.extend(_parse(lines, name))
    drafts.sort(key=lambda draft: CATEGORIES.index(draft.category))
    _check(drafts)
    return Lexicon(
        concepts=tuple(draft.concept() for draft in drafts),
        excluded_phrases=tuple(phrase for draft in drafts for phrase in draft.excluded_phrases),
        fingerprint=digest.hexdigest(),
    )


def expand_phrase(pattern: str) -> tuple[str, ...]:
    """Write out a pattern's alternatives: `opacit(y|ies)` gives `opacity` and `opacities`.

    Raises:
        LexiconError: a bracket is not closed.
    """
    phrases = [pattern]
    while any("(" in phrase or ")" in phrase for phrase in phrases):
        phrases = list(itertools.chain.from_iterable(map(_expand_innermost, phrases)))
    return tuple(dict.fromkeys(" ".join(phrase.split()) for phrase in phrases))


def _expand_innermost(phrase: str) -> list[str]:
    if "(" not in phrase and ")" not in phrase:
        return [phrase]
    innermost = _INNERMOST.search(phrase)
    if innermost is None:
        raise LexiconError(f"'{phrase}': a bracket is not closed")
    head, tail = phrase[: innermost.start()], phrase[innermost.end() :]
    return [f"{head}{choice}{tail}" for choice in innermost[1].split("|")]


@dataclass(slots=True)
class _Draft:
    concept_id: str
    category: Category
    place: str
    name: str
    lung: bool
    implies: list[Implication]
    phrases: list[str]
    weak_phrases: list[str]
    excluded_phrases: list[str]
    shared_phrases: list[str] = field(default_factory=list)
    subject_phrases: list[SubjectPhrase] = field(default_factory=list)
    interprets: list[str] = field(default_factory=list)
    lies_on: str | None = None

    def concept(self) -> Concept:
        return Concept(
            concept_id=self.concept_id,
            category=self.category,
            preferred_name=self.name or self.concept_id.partition(":")[2].replace("_", " "),
            parents=tuple(i.concept_id for i in self.implies if i.only_with is None),
            phrases=(*self.phrases, *self.shared_phrases),
            lung=self.lung,
            implied_with=tuple(i for i in self.implies if i.only_with is not None),
            weak_phrases=tuple(self.weak_phrases),
            subject_phrases=tuple(self.subject_phrases),
            interprets=tuple(self.interprets),
            lies_on=self.lies_on,
        )


def _parse(lines: list[str], name: str) -> Iterator[_Draft]:
    draft: _Draft | None = None
    for line, place in content_lines(lines, name):
        if line.startswith("["):
            if draft is not None:
                yield draft
            draft = _open(line, place)
        elif draft is None:
            raise LexiconError(f"{place}: a phrase before the first [concept]")
        else:
            _add(draft, line, place)
    if draft is not None:
        yield draft


def _open(line: str, place: str) -> _Draft:
    concept_id = line.strip("[]").strip()
    if not line.endswith("]") or not is_concept_id(concept_id):
        raise LexiconError(f"{place}: expected [category:name], a category of {CATEGORIES}")
    category = cast("Category", category_of(concept_id))
    return _Draft(concept_id, category, place, "", False, [], [], [], [])


def _add(draft: _Draft, line: str, place: str) -> None:
    key, colon, value = line.partition(":")
    value = value.strip()
    try:
        if not colon:
            draft.phrases.extend(expand_phrase(line))
        elif key in _PHRASE_LISTS:
            getattr(draft, _PHRASE_LISTS[key]).extend(expand_phrase(value))
        elif key.startswith(_OF):
            subject = _subject(key)
            said = [SubjectPhrase(phrase, subject) for phrase in expand_phrase(value)]
            draft.subject_phrases.extend(said)
        elif key == "name":
            draft.name = value
        elif key == "lung" and value in ("yes", "no"):
            draft.lung = value == "yes"
        elif key == "implies":
            concept_id, _, other = value.partition(" with ")
            draft.implies.append(Implication(concept_id.strip(), other.strip() or None))
        elif not _add_reading(draft, key, value):
            raise LexiconError(
                f"'{line}' is no phrase; keys are name, implies, lung (yes or no), weak, of LIST, "
                "also, not, interprets (of findings) and lies on (of zones)"
            )
    except LexiconError as error:
        raise LexiconError(f"{place}: {error}") from None


def _subject(key: str) -> str:
    subject = key.removeprefix(_OF).strip()
    if subject not in SUBJECT_LISTS:
        raise LexiconError(f"'{subject}' is no list of nouns; lists are {', '.join(SUBJECT_LISTS)}")
    return subject


def _add_reading(draft: _Draft, key: str, value: str) -> bool:
    """Add what a finding is taken for, or where a zone lies; whether the key is one of these."""
    if key == "interprets" and draft.category == "finding":
        draft.interprets.extend(value.split())
        return True
    if key == "lies on" and draft.category == "zone":
        draft.lies_on = value
        return True
    return False


def _check(drafts: list[_Draft]) -> None:
    known = {draft.concept_id for draft in drafts}
    claimed: dict[tuple[str, str], str] = {}
    places: dict[str, str] = {}
    for draft in drafts:
        if draft.concept_id in places:
            first = places[draft.concept_id]
            raise LexiconError(f"{draft.place}: [{draft.concept_id}] was opened before, at {first}")
        places[draft.concept_id] = draft.place
        for implication in draft.implies:
            for concept_id in filter(None, (implication.concept_id, implication.only_with)):
                if concept_id not in known:
                    raise LexiconError(f"{draft.place}: implies the unknown '{concept_id}'")
        _check_readings(draft, known)
        for phrase in (*draft.phrases, *draft.weak_phrases):
            owner = claimed.setdefault((draft.category, phrase), draft.concept_id)
            if owner != draft.concept_id:
                raise LexiconError(
                    f"{draft.place}: '{phrase}' belongs to [{owner}] already; "
                    "a phrase names one concept of a category, but where it says `also:`"
                )
    _check_shared(drafts, claimed)


def _check_shared(drafts: list[_Draft], claimed: dict[tuple[str, str], str]) -> None:
    for draft in drafts:
        for phrase in draft.shared_phrases:
            if claimed.get((draft.category, phrase), draft.concept_id) == draft.concept_id:
                raise LexiconError(
                    f"{draft.place}: 'also: {phrase}' is no phrase of another concept; "
                    "write it without `also:`"
                )


def _check_readings(draft: _Draft, known: set[str]) -> None:
    for concept_id in draft.interprets:
        if concept_id not in known or category_of(concept_id) != "finding":
            raise LexiconError(f"{draft.place}: interprets '{concept_id}', which is no finding")
        if concept_id == draft.concept_id:
            raise LexiconError(f"{draft.place}: interprets itself")
    side = draft.lies_on
    if side is not None and (side not in known or category_of(side) != "side"):
        raise LexiconError(f"{draft.place}: lies on '{side}', which is no side")
