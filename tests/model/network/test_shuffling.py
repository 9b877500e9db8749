"""Shuffled reports stay in their split, and are the same ones in every run."""

import os
import subprocess
import sys

import torch
from hypothesis import given
from hypothesis import strategies as st

from model.network.shuffling import shuffle_within

GROUPS = st.lists(st.sampled_from(["train", "validate", "test", None]), min_size=1, max_size=20)


@given(GROUPS, st.integers(0, 9))
def test_rows_change_places_within_their_group_alone(groups: list[str | None], seed: int) -> None:
    values = torch.arange(2.0 * len(groups)).reshape(-1, 2)
    shuffled = shuffle_within(values, groups, seed)
    for group in set(groups):
        rows = torch.tensor([own == group for own in groups])
        assert sorted(shuffled[rows].tolist()) == values[rows].tolist()


def test_every_process_shuffles_alike() -> None:
    script = """
import torch
from model.network.shuffling import shuffle_within
groups = ["train", "validate", "test"] * 9
print(list(set(groups)))
print(shuffle_within(torch.arange(27.0)[:, None], groups, 0)[:, 0].tolist())
"""
    # Both at once, as each has to load torch.
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        )
        for hash_seed in ("0", "1")
    ]
    (order, shuffled), (other_order, other_shuffled) = (
        process.communicate()[0].splitlines() for process in processes
    )
    assert order != other_order
    assert shuffled == other_shuffled
