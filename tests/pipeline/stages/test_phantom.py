"""The stage that writes the phantom cohort."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data_contracts.phantom import LESIONS, STUDIES
from data_contracts.storage import read_table
from data_contracts.tables import FINDINGS, MENTIONS, REPORTS
from pipeline.phantom.cohort import Partition, make_partition
from pipeline.settings import PhantomSettings
from pipeline.stages import phantom as stage

SETTINGS = PhantomSettings(studies=90, seed=3)


def test_reports_and_pictures_find_one_anothers_studies(tmp_path: Path) -> None:
    summary = stage.phantom(settings=SETTINGS, out=tmp_path)
    studies = read_table(STUDIES, tmp_path / "studies.parquet").to_pylist()
    reports = read_table(REPORTS, tmp_path / "reports.parquet").to_pylist()
    lesions = read_table(LESIONS, tmp_path / "lesions.parquet").to_pylist()
    assert len(reports) == 90
    assert {s["report_id"] for s in studies if s["has_report"]} == {r["report_id"] for r in reports}
    assert {r["study_id"] for r in reports} <= {s["study_id"] for s in studies}
    assert {x["study_id"] for x in lesions} <= {s["study_id"] for s in studies}
    assert all(s["report_id"] is None for s in studies if s["role"] == "detector")
    assert summary.counts["reports"] == 90
    assert summary.counts["studies"] == len(studies) == 90 + 23
    assert summary.counts["studies_detector"] == 23
    assert summary.counts["lesions"] == len(lesions)


def test_the_truth_is_of_the_reports(tmp_path: Path) -> None:
    summary = stage.phantom(settings=SETTINGS, out=tmp_path)
    reports = set(read_table(REPORTS, tmp_path / "reports.parquet")["report_id"].to_pylist())
    for contract, name in ((MENTIONS, "truth_mentions"), (FINDINGS, "truth_findings")):
        truth = read_table(contract, tmp_path / f"{name}.parquet")
        assert set(truth["report_id"].to_pylist()) <= reports
        assert summary.counts[name] == truth.num_rows


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        stage.phantom(settings=SETTINGS, out=tmp_path / name)
    for path in sorted((tmp_path / "one").rglob("*.parquet")):
        if path.is_file():
            twin = tmp_path / "two" / path.relative_to(tmp_path / "one")
            assert path.read_bytes() == twin.read_bytes()


def test_a_killed_run_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "_PARTITION_ROWS", 30)
    stage.phantom(settings=SETTINGS, out=tmp_path / "unbroken")
    made: list[int] = []

    def make_and_die(seed: int, first: int, last: int) -> Partition:
        made.append(first)
        if made == [0, 30, 60]:
            raise KeyboardInterrupt
        return make_partition(seed, first, last)

    monkeypatch.setattr(stage, "make_partition", make_and_die)
    with pytest.raises(KeyboardInterrupt):
        stage.phantom(settings=SETTINGS, out=tmp_path / "killed")
    assert not (tmp_path / "killed" / "reports.parquet").exists()
    stage.phantom(settings=SETTINGS, out=tmp_path / "killed")
    assert made == [0, 30, 60, 60]
    for name in ("reports", "truth_mentions"):
        killed, unbroken = (
            pq.read_table(tmp_path / run / f"{name}.parquet") for run in ("killed", "unbroken")
        )
        assert killed.equals(unbroken)


def test_other_settings_replace_the_cohort(tmp_path: Path) -> None:
    stage.phantom(settings=SETTINGS, out=tmp_path)
    before = read_table(REPORTS, tmp_path / "reports.parquet")
    stage.phantom(settings=PhantomSettings(studies=60, seed=4), out=tmp_path)
    after = read_table(REPORTS, tmp_path / "reports.parquet")
    assert (before.num_rows, after.num_rows) == (90, 60)
    assert before["text"].to_pylist()[:60] != after["text"].to_pylist()
