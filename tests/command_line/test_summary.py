"""Metrics are equal for equal runs, whatever time they took."""

import json
from pathlib import Path

import pytest

from command_line.summary import StageSummary, report, write_metrics


def test_metrics_hold_the_counts_in_order_and_no_time(tmp_path: Path) -> None:
    path = tmp_path / "metrics" / "label.json"
    write_metrics(StageSummary("label", {"reports": 3, "affirmed": 2}, seconds=1.5), path)
    first = path.read_bytes()
    assert list(json.loads(first)) == ["reports", "affirmed"]
    write_metrics(StageSummary("label", {"reports": 3, "affirmed": 2}, seconds=9.0), path)
    assert path.read_bytes() == first


def test_notices_are_shown_and_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = StageSummary("images", {"images": 1}, notices=("nobody knows the patients",))
    report(summary, tmp_path / "images.json")
    assert "note: nobody knows the patients" in capsys.readouterr().out
    assert "nobody" not in (tmp_path / "images.json").read_text()
