"""A run ends with where its time went: this run's, not that of stages of days before."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from command_line.spent import Spent, measure_spent, read_run, write_spent
from command_line.summary import TIMES, StageSummary, report, report_run


def spent(stage: str, ended: float, seconds: float = 10.0) -> Spent:
    return Spent(stage, ended, seconds, starting=2.0, cores=2, busy=1.5, used=15.0)


def test_stages_that_ran_one_behind_the_other_are_one_run(tmp_path: Path) -> None:
    for one in (spent("phantom", 1000), spent("extract", 90_012), spent("label", 90_025)):
        write_spent(one, tmp_path)
    assert [one.stage for one in read_run(tmp_path)] == ["extract", "label"]


def test_a_stage_that_ran_again_counts_once(tmp_path: Path) -> None:
    for ended in (1000, 1020):
        write_spent(spent("label", ended), tmp_path)
    assert [one.ended for one in read_run(tmp_path)] == [1020]


def test_a_record_of_another_release_is_passed_over(tmp_path: Path) -> None:
    write_spent(spent("label", 1000), tmp_path)
    (tmp_path / "extract.json").write_text('{"stage": "extract"}')
    (tmp_path / "embed.json").write_text("")
    assert [one.stage for one in read_run(tmp_path)] == ["label"]


def test_what_python_needed_to_start_is_told_apart(tmp_path: Path) -> None:
    script = """
import time
time.sleep(0.4)
from command_line.spent import measure_spent
found = measure_spent("label", 0.1)
print(found.starting > 0.3, found.seconds >= found.starting, 0 <= found.idle <= found.cores)
"""
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert ran.stdout.split() == ["True"] * 3


def test_a_stage_never_takes_longer_than_its_process() -> None:
    found = measure_spent("label", 1e9)
    assert found.seconds == 1e9
    assert found.starting == 0
    assert abs(found.ended - time.time()) < 60


def test_a_second_stage_of_one_process_costs_what_came_after_the_first() -> None:
    first = measure_spent("ingest", 0.0)
    second = measure_spent("extract", 0.0, first)
    assert second.started == pytest.approx(first.ended)
    assert second.used >= first.used
    assert second.seconds < first.seconds


def test_the_table_names_each_stage_and_what_lay_between(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    metrics = tmp_path / "metrics"
    report(StageSummary("network", {"images": 3}, seconds=0.1), metrics / "network.json")
    report(StageSummary("network", {"images": 3}, seconds=0.1), metrics / "shuffled_reports.json")
    capsys.readouterr()
    report_run(metrics)
    told = capsys.readouterr().out
    for words in ("where the time went", "network", "shuffled_reports", "between stages", "all"):
        assert words in told
    assert {path.name for path in metrics.iterdir()} == {
        "network.json",
        "shuffled_reports.json",
        TIMES,
    }


def test_one_stage_alone_has_no_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_spent(spent("label", 1000), tmp_path / TIMES)
    report_run(tmp_path)
    assert capsys.readouterr().out == ""
