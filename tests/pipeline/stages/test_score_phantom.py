"""The stage that scores extraction against the phantoms' truth."""

import json
from pathlib import Path

import pytest

from data_contracts.storage import TableNotFoundError
from pipeline.settings import PhantomSettings
from pipeline.stages.phantom import phantom
from pipeline.stages.score_phantom import score_phantom


def test_the_truth_scored_against_itself_is_perfect(tmp_path: Path) -> None:
    phantom(settings=PhantomSettings(studies=25, seed=1), out=tmp_path / "phantom")
    summary = score_phantom(
        phantom=tmp_path / "phantom",
        mentions=tmp_path / "phantom" / "truth_mentions.parquet",
        findings=tmp_path / "phantom" / "truth_findings.parquet",
        out=tmp_path / "scores",
    )
    written = json.loads((tmp_path / "scores" / "phantom_scores.json").read_text(encoding="utf-8"))
    assert written == summary.counts
    assert set(written.values()) == {1.0}
    assert {"mention_f1", "assertion_accuracy_negated", "relation_f1"} <= set(written)


def test_extraction_must_have_run_first(tmp_path: Path) -> None:
    with pytest.raises(TableNotFoundError, match="mentions"):
        score_phantom(
            phantom=tmp_path,
            mentions=tmp_path / "mentions.parquet",
            findings=tmp_path / "findings.parquet",
            out=tmp_path,
        )
