"""Boxes of a batch are suppressed as those of each image alone, slivers left out before."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torchvision.ops import box_iou, nms

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
    kept = suppress(boxes, scores.expand(3, -1), 0.3, count)
    assert kept.indices.shape == kept.there.shape == (3, count)
    for own, row, real in zip(boxes, kept.indices, kept.there, strict=True):
        assert torch.equal(own[row[: real.sum()]], alone(own, scores, 0.3, count))
        assert not real[real.sum() :].any()


def test_of_slivers_none_is_kept() -> None:
    slivers = torch.tensor([[[0.0, 0, 50, 0.5], [0, 0, 0.5, 50], [3, 3, 3, 3]]])
    assert not suppress(slivers, torch.ones(1, 3), 0.3, 2).there.any()


def test_boxes_close_around_one_have_a_say_in_where_it_lies() -> None:
    boxes = torch.tensor([[[0.0, 0, 10, 10], [0, 0, 10, 12], [0, 9, 10, 19], [40, 40, 50, 50]]])
    kept = suppress(boxes, torch.tensor([[0.9, 0.6, 0.5, 0.2]]), 0.3, 4)
    assert kept.there.tolist() == [[True, True, True, False]]
    # The second box, of IoU 10/12, moves the first one's lower edge; the third lies too far off.
    lower = (0.9 * 10 + 0.6 * 10 / 12 * 12) / (0.9 + 0.6 * 10 / 12)
    assert kept.boxes[0, 0].tolist() == pytest.approx([0, 0, 10, lower])
    assert kept.boxes[0, 1:3].tolist() == boxes[0, 2:].tolist()


@given(seed=st.integers(0, 999))
def test_voting_changes_neither_how_many_are_kept_nor_what_lies_alone(seed: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    corners = torch.rand(1, 12, 2, generator=chance) * 50
    boxes = torch.cat([corners, corners + 5 + torch.rand(1, 12, 2, generator=chance) * 20], dim=-1)
    kept = suppress(boxes, torch.linspace(1, 0.1, 12)[None], 0.3, 12)
    near = box_iou(boxes[0], boxes[0])
    for index, box, real in zip(kept.indices[0], kept.boxes[0], kept.there[0], strict=True):
        if real and (near[index] >= 0.5).sum() == 1:
            assert torch.allclose(box, boxes[0, index], atol=1e-4)
