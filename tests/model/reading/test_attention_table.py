"""What attributes attend to, as it is kept."""

from pathlib import Path

import numpy as np
import pytest

from data_contracts.predictions import ATTENTION
from data_contracts.storage import read_table
from model.reading.attention_table import write_attention
from model.reading.findings import AttendedRegion, Findings


def findings(*regions: AttendedRegion) -> Findings:
    evidence = np.zeros((32, 32), np.float32)
    return Findings("i1", (), {}, evidence, None, None, {}, attended=regions)


def test_every_region_is_kept_with_the_shares_that_can_be_seen(tmp_path: Path) -> None:
    regions = (
        AttendedRegion((1.0, 2.0, 4.0, 8.0), 0.5, {"side:left": 0.9, "side:right": 0.001}),
        AttendedRegion((0.0, 0.0, 2.0, 2.0), 0.2, {"side:left": 0.1, "side:right": 0.999}),
    )
    path = write_attention("cross_attention", [findings(*regions)], tmp_path)
    first, second = read_table(ATTENTION, path).to_pylist()
    assert (first["number"], first["x"], first["width"], first["height"]) == (0, 1.0, 3.0, 6.0)
    assert first["shares"] == [("side:left", pytest.approx(0.9))]
    assert [name for name, _ in second["shares"]] == ["side:left", "side:right"]


def test_a_method_without_attention_has_an_empty_table(tmp_path: Path) -> None:
    assert read_table(ATTENTION, write_attention("cam", [findings()], tmp_path)).num_rows == 0
