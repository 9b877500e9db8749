"""Boxes of a batch are suppressed as those of each image alone, slivers left out before."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torchvision.ops import nms

from model.detector.suppression import suppress


def alone(boxes: Tensor, scores: Tensor, overlap: float, count: int) -> Tensor:
    """[R, 4] of one image's boxes [N, 4], slivers taken out."""
    whole = ((boxes[:, 2:] - boxes[:, :2]) >= 1).all(dim=1)
    return boxes[whole][nms(boxes[whole], scores[whole], overlap)[:count]]


@given(seed=st.integers(0, 999), side=st.floats(0.5, 30), count=st.integers(1, 20))
def test_each_image_keeps_what_it_keeps_alone(seed: int, side: float, count: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    corners = torch.rand(3, 30, 2, generator=chance) * 60
    boxes = torch.cat([corners, corners + torch.rand(3, 30, 2, generator=chance) * side], dim=-1)
    # Falling, as places are: the likeliest comes first.
    scores = torch.linspace(1, 0, 30)
    places, there = suppress(boxes, 0.3, count)
    assert places.shape == there.shape == (3, count)
    for own, row, real in zip(boxes, places, there, strict=True):
        assert torch.equal(own[row[: real.sum()]], alone(own, scores, 0.3, count))
        assert not real[real.sum() :].any()


def test_of_slivers_none_is_kept() -> None:
    slivers = torch.tensor([[[0.0, 0, 50, 0.5], [0, 0, 0.5, 50], [3, 3, 3, 3]]])
    assert not suppress(slivers, 0.3, 2)[1].any()
