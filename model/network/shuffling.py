"""Shuffles reports between images, for the ablation whose localization must be chance."""

from collections.abc import Sequence

import torch
from torch import Tensor


def shuffle_within(values: Tensor, groups: Sequence[str | None], seed: int) -> Tensor:
    """[N, K] the rows of `values` in another order, each within its group.

    Args:
        values: [N, K] a row for each image.
        groups: [N] the group of each, such as its split.
        seed: of the order.
    """
    generator = torch.Generator().manual_seed(seed)
    shuffled = values.clone()
    # In order: that of a set differs from process to process.
    for group in sorted(set(groups), key=str):
        rows = torch.tensor([own == group for own in groups]).nonzero()[:, 0]
        order = torch.randperm(len(rows), generator=generator)
        shuffled[rows] = values[rows[order]]
    return shuffled
