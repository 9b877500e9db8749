"""Metrics are equal for equal runs, whatever time they took."""

import json
from pathlib import Path

from command_line.summary import StageSummary, write_metrics


def test_metrics_hold_the_counts_in_order_and_no_time(tmp_path: Path) -> None:
    path = tmp_path / "metrics" / "label.json"
    write_metrics(StageSummary("label", {"reports": 3, "affirmed": 2}, seconds=1.5), path)
    first = path.read_bytes()
    assert list(json.loads(first)) == ["reports", "affirmed"]
    write_metrics(StageSummary("label", {"reports": 3, "affirmed": 2}, seconds=9.0), path)
    assert path.read_bytes() == first
