"""The stage that scores extraction against the phantoms' truth."""

from pathlib import Path

import pyarrow as pa
import pytest

from data_contracts.storage import TableNotFoundError, read_table, write_table
from data_contracts.tables import MENTIONS
from pipeline.settings import PhantomSettings
from pipeline.stages.phantom import phantom
from pipeline.stages.score_phantom import score_phantom


def test_the_truth_scored_against_itself_is_perfect(tmp_path: Path) -> None:
    phantom(settings=PhantomSettings(studies=25, seed=1), out=tmp_path / "phantom")
    summary = score_phantom(
        phantom=tmp_path / "phantom",
        mentions=tmp_path / "phantom" / "truth_mentions.parquet",
        findings=tmp_path / "phantom" / "truth_findings.parquet",
    )
    figures = dict(summary.counts)
    assert 20 <= figures.pop("reports_compared") <= 25
    assert set(figures.values()) == {1.0}
    assert {"mention_f1", "assertion_accuracy_negated", "relation_f1"} <= set(figures)


def test_reports_of_another_source_have_no_truth_and_no_score(tmp_path: Path) -> None:
    phantom(settings=PhantomSettings(studies=3, seed=1), out=tmp_path)
    truth = tmp_path / "truth_mentions.parquet"
    mentions = read_table(MENTIONS, truth)
    foreign = pa.array(["openi-1"] * mentions.num_rows)
    at = mentions.column_names.index("report_id")
    write_table(MENTIONS, mentions.set_column(at, "report_id", foreign), tmp_path / "ours.parquet")
    summary = score_phantom(
        phantom=tmp_path,
        mentions=tmp_path / "ours.parquet",
        findings=tmp_path / "truth_findings.parquet",
    )
    assert summary.counts == {"reports_compared": 0}


def test_extraction_must_have_run_first(tmp_path: Path) -> None:
    with pytest.raises(TableNotFoundError, match="mentions"):
        score_phantom(
            phantom=tmp_path,
            mentions=tmp_path / "mentions.parquet",
            findings=tmp_path / "findings.parquet",
        )
