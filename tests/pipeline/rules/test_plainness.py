"""The rules stay what a linguist can read: short functions of a few typed values."""

import ast
from dataclasses import fields
from pathlib import Path

import pytest
from radon.complexity import cc_visit

from pipeline.lexicon.grammar import load_grammar

ROOM = Path(__file__).parents[3] / "pipeline" / "rules"
FILES = sorted(ROOM.glob("*.py"))
MOST_COMPLEX = 10
MOST_ARGUMENTS = 5


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_rule_has_more_branches_than_a_reader_can_hold(file: Path) -> None:
    blocks = cc_visit(file.read_text(encoding="utf-8"))
    functions = [b for b in blocks if not hasattr(b, "methods")]
    methods = [m for b in blocks if hasattr(b, "methods") for m in b.methods]
    tangled = {b.name: b.complexity for b in functions + methods if b.complexity > MOST_COMPLEX}
    assert tangled == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_rule_takes_more_than_five_arguments(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            count = len(node.args.args) + len(node.args.kwonlyargs)
            assert count <= MOST_ARGUMENTS, node.name


GRAMMAR = load_grammar()
PARTS = (GRAMMAR.words, GRAMMAR.zones, GRAMMAR.sentences)
LISTED = {word for part in PARTS for field in fields(part) for word in getattr(part, field.name)}
# Names of categories, of columns and directions, what numpy calls a side and a way to sort, and
# what a worker tells of a path or a library.
NAMES = {
    *("finding", "findings", "side", "zone", "zones", "before", "near", "after"),
    *("right", "stable", "seen", "none"),
}


@pytest.mark.parametrize("room", ["rules", "language", "extraction"])
def test_no_word_of_english_stands_in_code(room: str) -> None:
    """What the lists of `grammar.txt` have is looked up there."""
    words = {word for word in LISTED if word.isalpha()} - NAMES
    for file in sorted((ROOM.parent / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value not in words, f"{file.name}, line {node.lineno}"
