"""The examples that users see first do what they show."""

import doctest
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pneumoloc
from pneumoloc.labelled_images import LabelledImages

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def wide_frames() -> Any:
    """Frames as pandas prints them by itself, whatever the terminal is."""
    with pd.option_context("display.width", 80, "display.max_columns", 20):
        yield


def run(test: doctest.DocTest) -> None:
    told: list[str] = []
    failures = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append)
    assert not failures.failed, "".join(told)
    assert failures.attempted


def run_docstring(documented: Callable[..., Any]) -> None:
    (test,) = doctest.DocTestFinder(recurse=False).find(documented, documented.__name__, globs={})
    run(test)


def run_page(path: Path, namespace: dict[str, Any]) -> None:
    """All blocks in order, with one namespace; where it fails, the line in the page is told."""
    text = path.read_text(encoding="utf-8")
    examples = []
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(1))
        for example in doctest.DocTestParser().get_examples(block[1], path.name):
            example.lineno += line
            examples.append(example)
    run(doctest.DocTest(examples, namespace, path.name, str(path), 0, text))


@pytest.mark.parametrize("documented", [pneumoloc.findings, pneumoloc.labels, pneumoloc.explain])
def test_the_docstrings_of_the_text_side(documented: Callable[..., Any]) -> None:
    run_docstring(documented)


@pytest.mark.parametrize("documented", [pneumoloc.load, LabelledImages])
def test_the_docstrings_of_the_image_side(documented: Callable[..., Any], in_project: Path) -> None:
    run_docstring(documented)


def test_the_tour(in_project: Path) -> None:
    run_page(ROOT / "docs" / "tour.md", {})


def test_the_readme(in_project: Path) -> None:
    run_page(ROOT / "README.md", {})
