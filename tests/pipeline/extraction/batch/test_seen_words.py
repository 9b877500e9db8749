"""Words that no rule tells apart in a passage are one word there."""

import ast
from pathlib import Path

import numpy as np
import pytest

from pipeline.extraction.batch.seen_words import SeenWords
from pipeline.extraction.batch.word_classes import WordClasses
from pipeline.lexicon.grammar import (
    ELISION_LISTS,
    INTERPRETATION_LISTS,
    PREDICATE_LISTS,
    STATEMENT_LISTS,
    SUBJECT_LISTS,
    load_grammar,
)
from pipeline.rules.interpretation import may_tie

RULES = Path(__file__).parents[4] / "pipeline" / "rules"
GRAMMAR = load_grammar()
CLASSES = WordClasses(GRAMMAR)
SEEN = SeenWords(CLASSES)


def asked_for(file: Path) -> set[str]:
    """The attributes and the names that a file of rules has, lists of words among them."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return attributes | {node.id for node in nodes if isinstance(node, ast.Name)}


@pytest.mark.parametrize(
    ("lists", "rooms"),
    [
        (("SUBJECT_LISTS", *SUBJECT_LISTS, *PREDICATE_LISTS), "subjects"),
        (STATEMENT_LISTS, "new_statements reach assertion"),
        (INTERPRETATION_LISTS, "interpretation"),
        (ELISION_LISTS, ""),
    ],
)
def test_lists_of_few_rules_are_asked_for_in_no_other_file(
    lists: tuple[str, ...], rooms: str
) -> None:
    for file in sorted(RULES.glob("*.py")):
        if file.stem not in rooms.split():
            assert asked_for(file).isdisjoint(lists), file.name


def seen(word: str, *, subjects: bool = False, statements: bool = False, ties: bool = False) -> str:
    """The word that rules see of one."""
    code = SEEN(
        np.array([CLASSES.code(word)]),
        np.array([0]),
        subjects=np.array([subjects]),
        statements=np.array([statements]),
        interpretation=np.array([ties]),
    )
    return str(CLASSES.words[int(code[0])])


def test_where_no_statement_may_end_anything_new_is_a_word_like_any_other() -> None:
    assert seen("new") == CLASSES.words[CLASSES.unknown]
    assert seen("new", subjects=True, ties=True) == CLASSES.words[CLASSES.unknown]
    assert seen("new", statements=True) in GRAMMAR.words.presence_openers


def test_what_other_rules_ask_for_is_seen_all_the_same() -> None:
    assert "is" in GRAMMAR.words.being & GRAMMAR.words.finite_verbs
    assert seen("is") in GRAMMAR.words.finite_verbs - GRAMMAR.words.being
    assert seen("is", ties=True) in GRAMMAR.words.finite_verbs & GRAMMAR.words.being


@pytest.mark.parametrize("word", ["suggesting", "likely", "is", "(", "___"])
def test_what_may_tie_two_findings(word: str) -> None:
    assert may_tie(word, GRAMMAR.words)


@pytest.mark.parametrize("word", ["in", "of", "opacity", "no"])
def test_what_ties_none(word: str) -> None:
    assert not may_tie(word, GRAMMAR.words)
