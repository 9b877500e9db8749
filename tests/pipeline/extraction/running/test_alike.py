"""Workers are held against the process that hands out the work, and named where they differ."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.extraction.running.alike import agree, keep_to
from pipeline.extraction.running.lexicon_version import (
    LexiconVersion,
    lexicon_of,
    lexicon_version,
)
from pipeline.extraction.running.workers import InProcess, WorkersError
from pipeline.lexicon.lexicon_files import LexiconError
from pipeline.settings import SHIPPED_LEXICON


class Elsewhere(InProcess):
    """A process whose state differs by what is given."""

    def __init__(self, answer: Callable[[dict[str, str]], Any]) -> None:
        self.answer = answer

    def ask(self, question: Callable[..., Any], *given: Any) -> dict[str, Any]:
        return {f"worker '{n}' at tcp://h:1": self.answer(dict(question(*given))) for n in range(7)}


@pytest.fixture(scope="module")
def rules() -> LexiconVersion:
    return lexicon_version(SHIPPED_LEXICON)


def test_equal_workers_agree(rules: LexiconVersion, tmp_path: Path) -> None:
    agreement = agree(Elsewhere(lambda state: state), rules, (tmp_path,))
    keep_to(agreement)
    assert agreement.rules == rules
    assert {"python", "spacy", "scispacy", "rules", "lexicon"} <= dict(agreement.state).keys()
    assert str(tmp_path) not in dict(agreement.state)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda state: state | {"spacy": "3.0"}, "spacy 3.0 in place of"),
        (lambda state: state | {"lexicon": "0"}, "lexicon 0 in place of"),
        (lambda state: {"python": state["python"]}, "spacy unknown in place of"),
        (lambda _: OSError("gone"), r"does not answer \(OSError\)"),
    ],
)
def test_who_differs_is_named_with_what(rules: LexiconVersion, answer: Any, told: str) -> None:
    with pytest.raises(WorkersError, match=rf"worker '0' at tcp://h:1: .*{told}") as raised:
        agree(Elsewhere(answer), rules, ())
    assert "and 2 more" in str(raised.value)


def test_a_folder_that_is_not_seen_is_told(rules: LexiconVersion, tmp_path: Path) -> None:
    blind = Elsewhere(lambda state: state | {str(tmp_path): "not seen"})
    with pytest.raises(WorkersError, match="not seen in place of seen"):
        agree(blind, rules, (tmp_path,))


def test_the_shipped_lexicon_is_found_where_this_release_lies(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_LEXICON, tmp_path / "lexicon")
    version = lexicon_version(tmp_path / "lexicon")
    shutil.rmtree(tmp_path / "lexicon")
    lexicon_of.cache_clear()
    assert lexicon_of(version)[0].concepts


def test_a_lexicon_that_has_changed_since_the_start_is_not_read(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_LEXICON, tmp_path / "lexicon")
    version = LexiconVersion(tmp_path / "lexicon", "0" * 64)
    with pytest.raises(LexiconError, match="not the files that the run began with"):
        lexicon_of(version)
