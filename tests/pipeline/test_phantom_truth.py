"""Extraction, held against the exact truth of phantom reports."""

import pytest

from pipeline.extraction.batch.assembly import extract_reports
from pipeline.extraction.batch.extractor import Extractor
from pipeline.extraction.batch.passage_store import PassageStore
from pipeline.phantom.cohort import make_partition
from pipeline.phantom.scoring import PhantomScores, score_against_truth


@pytest.fixture(scope="module")
def scores(extractor: Extractor) -> PhantomScores:
    truth = make_partition(seed=101, first=0, last=300)
    found = extract_reports(truth.reports, PassageStore(extractor))
    return score_against_truth(
        found.mentions, found.findings, truth.truth_mentions, truth.truth_findings
    )


def test_phrases_are_found_where_they_are(scores: PhantomScores) -> None:
    assert scores.mentions.precision > 0.98
    assert scores.mentions.recall > 0.98
    for category, agreement in scores.by_category.items():
        assert agreement.f1 > 0.97, category


@pytest.mark.parametrize(
    ("assertion", "floor"),
    [
        ("affirmed", 0.98),
        ("negated", 0.98),
        ("uncertain", 0.96),
        ("historical", 0.97),
        ("hypothetical", 0.97),
    ],
)
def test_assertions_are_read_right(scores: PhantomScores, assertion: str, floor: float) -> None:
    assert scores.by_assertion[assertion] > floor


def test_places_and_descriptors_go_to_their_findings(scores: PhantomScores) -> None:
    assert scores.relations.precision > 0.97
    assert scores.relations.recall > 0.97


def test_what_findings_are_taken_for_is_read_right(scores: PhantomScores) -> None:
    assert scores.interpretations.matched > 60
    assert scores.interpretations.precision > 0.9
    assert scores.interpretations.recall > 0.97


def test_whole_statements_come_out_right(scores: PhantomScores) -> None:
    assert scores.findings.f1 > 0.94
