"""LexiconVersion are told to processes that start, and known by what their files hold."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.extraction.running.lexicon_version import (
    in_environment,
    lexicon_version,
    version_in_environment,
)
from pipeline.lexicon.lexicon_files import LexiconError
from pipeline.settings import SHIPPED_LEXICON


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED_LEXICON, tmp_path / "lexicon"))


def test_equal_files_are_equal_rules_until_one_changes(folder: Path) -> None:
    before = lexicon_version(folder)
    assert lexicon_version(folder) == before
    with (folder / "cues.txt").open("a", encoding="utf-8") as file:
        file.write("\n[negated before]\nnary a\n")
    assert lexicon_version(folder) != before


def test_a_mistake_in_a_lexicon_is_told_at_once(folder: Path) -> None:
    (folder / "places.txt").write_text("left base\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=r"places\.txt, line 1: a phrase before the first"):
        lexicon_version(folder)


def test_a_process_that_starts_knows_the_announced_rules(folder: Path) -> None:
    told = (
        "from pipeline.extraction.running.lexicon_version import version_in_environment\n"
        "print(version_in_environment().lexicon)"
    )
    with in_environment(lexicon_version(folder)):
        printed = subprocess.run(
            [sys.executable, "-c", told], check=True, capture_output=True, text=True
        ).stdout
    assert Path(printed.strip()) == folder.resolve()
    assert version_in_environment() is None


def test_spacy_is_loaded_without_torch_and_torch_can_be_loaded_after() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    script = """
import sys
import pipeline.language.lean_spacy
import spacy
assert "torch" not in sys.modules, "spaCy has loaded torch"
spacy.blank("en")
import torch
assert torch.zeros(1).item() == 0
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_spacy_is_loaded_without_its_command_line_which_can_be_loaded_after() -> None:
    script = """
import sys
import pipeline.language.lean_spacy
import spacy
assert not [name for name in sys.modules if name.startswith("spacy.cli")]
assert spacy.info(silent=True)["spacy_version"] == spacy.__version__
import spacy.cli
assert callable(spacy.cli.download)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
