"""The lists of words that the rules of language look words up in, read from `grammar.txt`."""

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from pipeline.lexicon.lexicon_files import (
    GRAMMAR_FILE,
    LexiconError,
    content_lines,
    lexicon_folder,
    read_lexicon_file,
)

#: Lists of nouns that are neutral unless something is said of them: "the heart is enlarged".
SUBJECT_LISTS: Final = (
    "heart_nouns",
    "node_nouns",
    "marking_nouns",
    "hilum_nouns",
    "mediastinum_nouns",
)
# Lists that few rules ask for, so that elsewhere their words are like any other.
#: Those that tell what is said of such a noun: `rules/subjects.py`.
PREDICATE_LISTS: Final = (
    "predicate_joints",
    "contours",
    "head_nouns",
    "attributive_joints",
)
#: Those that tell where a denial or the past ends, and how far a bare "stable" reaches:
#: `rules/new_statements.py`, `rules/reach.py` and `rules/assertion.py`.
STATEMENT_LISTS: Final = (
    "known_words",
    "singular_verbs",
    "statement_joints",
    "dashes",
    "prefixes",
    "standing_words",
    "presence_openers",
    "change_nouns",
    "change_links",
)
#: Those that tell what a finding is taken for: `rules/interpretation.py`.
INTERPRETATION_LISTS: Final = (
    "taken_for",
    "taken_perhaps",
    "being",
    "pronouns",
    "apposition_marks",
)
#: Those that tell which phrases there are, and that no rule of a passage asks for.
ELISION_LISTS: Final = ("elided_openers", "elided_locatives")


@dataclass(frozen=True, slots=True)
class WordLists:
    """Lists of words, each under its heading in `grammar.txt`, which says what it is for.

    Words are in lower case. A rule looks at a word through these
    lists alone, so that words in the same lists are one word to it.
    """

    finite_verbs: frozenset[str]
    list_links: frozenset[str]
    locatives: frozenset[str]
    determiners: frozenset[str]
    breaks: frozenset[str]
    prepositions: frozenset[str]
    companions: frozenset[str]
    partitives: frozenset[str]
    copulas: frozenset[str]
    singular_verbs: frozenset[str]
    clause_joints: frozenset[str]
    sharing_links: frozenset[str]
    loose_joints: frozenset[str]
    noun_adjectives: frozenset[str]
    distributions: frozenset[str]
    place_nouns: frozenset[str]
    elsewhere: frozenset[str]
    landmarks: frozenset[str]
    projections: frozenset[str]
    comparisons: frozenset[str]
    lung_words: frozenset[str]
    versus: frozenset[str]
    alternatives: frozenset[str]
    subjects: frozenset[str]
    conjunctions: frozenset[str]
    near_ends: frozenset[str]
    known_words: frozenset[str]
    slashed_letters: frozenset[str]
    statement_ends: frozenset[str]
    additive: frozenset[str]
    continuing_links: frozenset[str]
    range_links: frozenset[str]
    partitive_links: frozenset[str]
    normal_words: frozenset[str]
    item_openers: frozenset[str]
    statement_joints: frozenset[str]
    dashes: frozenset[str]
    prefixes: frozenset[str]
    standing_words: frozenset[str]
    presence_openers: frozenset[str]
    elided_openers: frozenset[str]
    elided_locatives: frozenset[str]
    absence_words: frozenset[str]
    change_nouns: frozenset[str]
    change_links: frozenset[str]
    doubtful_links: frozenset[str]
    question_marks: frozenset[str]
    adverbs: frozenset[str]
    answer_marks: frozenset[str]
    opening_brackets: frozenset[str]
    closing_brackets: frozenset[str]
    heart_nouns: frozenset[str]
    node_nouns: frozenset[str]
    marking_nouns: frozenset[str]
    hilum_nouns: frozenset[str]
    mediastinum_nouns: frozenset[str]
    predicate_joints: frozenset[str]
    contours: frozenset[str]
    head_nouns: frozenset[str]
    attributive_joints: frozenset[str]
    taken_for: frozenset[str]
    taken_perhaps: frozenset[str]
    being: frozenset[str]
    pronouns: frozenset[str]
    apposition_marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class ZoneLists:
    """Lists for zones that leave their noun to another: "right middle and lower lobe"."""

    zone_levels: frozenset[str]
    zone_nouns: frozenset[str]
    zone_joints: frozenset[str]


@dataclass(frozen=True, slots=True)
class SentenceLists:
    """Lists that tell where sentences end and which only speak of the one before them.

    `dotted_abbreviations` and `dotted_sides` are as they are written, the others in lower case.
    """

    dotted_abbreviations: frozenset[str]
    answers: frozenset[str]
    dotted_sides: frozenset[str]
    signed_abbreviations: frozenset[str]
    anaphoric_pronouns: frozenset[str]
    anaphoric_pronoun_exceptions: frozenset[str]
    anaphoric_determiners: frozenset[str]
    anaphoric_nouns: frozenset[str]
    anaphoric_bare_nouns: frozenset[str]
    anaphoric_noun_exceptions: frozenset[str]
    anaphoric_adjectives: frozenset[str]
    existential_openings: frozenset[str]
    anaphoric_hedges: frozenset[str]


@dataclass(frozen=True, slots=True)
class Grammar:
    """What `grammar.txt` holds.

    Attributes:
        words: lists for assertions and relations.
        zones: lists for elided zones.
        sentences: lists for sentence boundaries.
        adverb_endings: how adverbs end.
        fingerprint: changes whenever the file does.
    """

    words: WordLists
    zones: ZoneLists
    sentences: SentenceLists
    adverb_endings: tuple[str, ...]
    fingerprint: str


_ENDINGS = "adverb_endings"


def load_grammar(path: Path | None = None) -> Grammar:
    """Read `grammar.txt` of a lexicon folder.

    Raises:
        LexiconError: a list is missing, unknown or opened twice.
    """
    lines = read_lexicon_file(lexicon_folder(path), GRAMMAR_FILE)
    lists = _read_lists(lines)
    return Grammar(
        words=WordLists(**{name: frozenset(lists[name]) for name in _names(WordLists)}),
        zones=ZoneLists(**{name: frozenset(lists[name]) for name in _names(ZoneLists)}),
        sentences=SentenceLists(**{name: frozenset(lists[name]) for name in _names(SentenceLists)}),
        adverb_endings=tuple(lists[_ENDINGS]),
        fingerprint=hashlib.sha256("\n".join(lines).encode()).hexdigest(),
    )


def _names(of: type) -> list[str]:
    return [field.name for field in fields(of)]


def _read_lists(lines: list[str]) -> dict[str, list[str]]:
    known = [*_names(WordLists), *_names(ZoneLists), *_names(SentenceLists), _ENDINGS]
    lists: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line, place in content_lines(lines, GRAMMAR_FILE):
        heading = _heading(line)
        if heading is not None:
            _check_heading(heading, place, known, lists)
            current = lists[heading] = []
        elif current is None:
            raise LexiconError(f"{place}: a word before the first [list]")
        else:
            current.extend(word.replace("_", " ") for word in line.split())
    missing = [name for name in known if name not in lists]
    if missing:
        raise LexiconError(f"{GRAMMAR_FILE}: the list [{missing[0]}] is missing")
    return lists


def _heading(line: str) -> str | None:
    # "[" alone is a word; a heading has a name within its brackets.
    return line[1:-1].strip() if line[0] == "[" and line[-1] == "]" and len(line) > 2 else None


def _check_heading(heading: str, place: str, known: list[str], lists: dict[str, list[str]]) -> None:
    if heading in lists:
        raise LexiconError(f"{place}: [{heading}] was opened before")
    if heading not in known:
        raise LexiconError(
            f"{place}: [{heading}] is no list that a rule knows; lists are {', '.join(known)}"
        )
