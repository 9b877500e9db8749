"""Why a report is in the queue, and the line to know it by."""

from pathlib import Path

import pytest

from pipeline.auditing.review.describing import describe_reports, line_around, reason_of
from pipeline.auditing.review.queue import Filter, hold_sample, list_reports
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.sampling import Stratification, draw_sample

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


@pytest.mark.parametrize(
    ("by", "reason", "line"),
    [
        ("concept", "affirms finding:pleural_effusion", "FINDINGS: There is an effusion."),
        ("assertion", "says something negated", "IMPRESSION: No pneumonia."),
        ("cue", "no cue", "FINDINGS: The lungs are clear."),
        ("disagreement", "sections agree", "FINDINGS: The lungs are clear."),
    ],
)
def test_the_line_is_the_one_that_a_report_was_drawn_for(
    folder: Path, by: Stratification, reason: str, line: str
) -> None:
    with Tables(folder) as tables:
        # So many that every stratum keeps its name.
        hold_sample(tables, draw_sample(tables, by, 100, 0))
        listed = list_reports(tables, [], "", Filter(), 0).reports
        told = describe_reports(tables, listed, Filter(), {})
    assert len(told) == 3
    assert any(one["reason"] == reason and one["line"].endswith(line) for one in told)
