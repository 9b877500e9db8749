"""Severity is said on its scale, with the word that the pages name for it."""

import re
from pathlib import Path

import pytest

from model.reading.findings import Severity
from model.reading.severity_words import extent_in_words, opacity_in_words

PAGE = Path(__file__).parents[3] / "docs" / "prediction.md"


@pytest.mark.parametrize(
    ("extent", "said"),
    [
        (0.0, "0.0 of 8 (none)"),
        (0.5, "0.5 of 8 (none)"),
        (0.6, "0.6 of 8 (mild)"),
        (2.0, "2.0 of 8 (mild)"),
        (2.04, "2.0 of 8 (mild)"),
        (2.06, "2.1 of 8 (moderate)"),
        (3.4, "3.4 of 8 (moderate)"),
        (4.1, "4.1 of 8 (extensive)"),
        (6.1, "6.1 of 8 (very extensive)"),
        (8.0, "8.0 of 8 (very extensive)"),
    ],
)
def test_extent(extent: float, said: str) -> None:
    assert extent_in_words(Severity(extent, 0.0)) == said


@pytest.mark.parametrize(
    ("opacity", "said"),
    [
        (0.2, "0.2 of 6 (none)"),
        (2.0, "2.0 of 6 (mild)"),
        (3.0, "3.0 of 6 (moderate)"),
        (4.2, "4.2 of 6 (severe)"),
        (6.0, "6.0 of 6 (severe)"),
    ],
)
def test_opacity(opacity: float, said: str) -> None:
    assert opacity_in_words(Severity(0.0, opacity)) == said


def test_the_page_names_the_same_steps() -> None:
    rows = re.findall(
        r"^\| (\w[\w ]*) \| ([\d.]+) \| ?([\d.]*) ?\|$", PAGE.read_text(), re.MULTILINE
    )
    assert len(rows) == 5
    for word, extent, opacity in rows:
        assert extent_in_words(Severity(float(extent), 0)).endswith(f"({word.split(' or ')[0]})")
        if opacity:
            assert opacity_in_words(Severity(0, float(opacity))).endswith(
                f"({word.split(' or ')[-1]})"
            )
