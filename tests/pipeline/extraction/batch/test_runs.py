"""Runs of rows, one after the other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extraction.batch.runs import expand_runs


@given(st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 5)), max_size=20))
def test_every_run_is_counted_up_from_its_first_row(runs: list[tuple[int, int]]) -> None:
    first = np.array([run[0] for run in runs], dtype=np.int64)
    count = np.array([run[1] for run in runs], dtype=np.int64)

    rows, owner = expand_runs(first, count)

    expected = [(f + i, run) for run, (f, n) in enumerate(runs) for i in range(n)]
    assert list(zip(rows.tolist(), owner.tolist(), strict=True)) == expected
