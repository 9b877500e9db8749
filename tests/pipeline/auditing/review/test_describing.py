"""Why a report is in the queue, and the line to know it by."""

import pytest

from pipeline.auditing.review.describing import line_around, reason_of

NAMES = {"finding:opacity": "opacity"}


@pytest.mark.parametrize(
    ("by", "stratum", "reason"),
    [
        ("concept", "finding:opacity", "affirms opacity"),
        ("concept", "finding:unknown", "affirms finding:unknown"),
        ("concept", "nothing affirmed", "nothing affirmed"),
        ("concept", "all others", "only what is frequent"),
        ("assertion", "uncertain", "says something uncertain"),
        ("cue", "no evidence of", "decided by “no evidence of”"),
        ("disagreement", "finding:opacity", "sections disagree on opacity"),
        ("reference", "missed finding:opacity", "missed against the reference: opacity"),
        (None, "validate", "validate"),
    ],
)
def test_a_stratum_is_told_in_words(by: str | None, stratum: str, reason: str) -> None:
    assert reason_of(by, stratum, NAMES) == reason


def test_a_line_holds_its_phrase_and_stays_in_its_section() -> None:
    text = "INDICATION: cough.\n\nFINDINGS:  An  opacity\n at the base.\n\nIMPRESSION: Opacity."
    start = text.index("opacity")
    assert line_around(text, start, start + 7) == "FINDINGS: An opacity at the base."


def test_a_long_line_is_cut_at_words_on_both_sides() -> None:
    text = "clear " * 60 + "opacity " + "stable " * 60
    line = line_around(text, text.index("opacity"), text.index("opacity") + 7)
    assert line.startswith("… clear")
    assert line.endswith("stable …")
    assert "opacity" in line
    assert len(line) < 120


@pytest.mark.parametrize("text", ["", "x" * 500, "x" * 500 + "\n\n" + "y" * 500])
def test_text_without_words_makes_a_line_too(text: str) -> None:
    assert len(line_around(text, 0, 0)) <= 112
    assert len(line_around(text, len(text), len(text))) <= 112
