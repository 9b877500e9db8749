"""Non-maximum suppression with voting, of a batch's boxes in rounds of fixed shape.

Each round takes the best box that is left of every image. Few boxes are kept, so this is less work
than comparing all pairs image by image, and it can be exported to ONNX.
"""

from typing import Final, NamedTuple

import torch
from torch import Tensor

#: Minimum of a box's width and height in pixels.
MIN_SIDE: Final = 1
#: IoU with a kept box from which on others have a say in where it lies.
_VOTING: Final = 0.5


class Kept(NamedTuple):
    """The boxes that are kept of B images, R of each at most.

    Attributes:
        boxes: [B, R, 4] in pixels, where the boxes around each have moved it.
        indices: [B, R] which ones they are.
        there: [B, R] false where there is none; that is last in each image.
    """

    boxes: Tensor
    indices: Tensor
    there: Tensor


def suppress(boxes: Tensor, scores: Tensor, overlap: float, count: int) -> Kept:
    """Keep the best boxes that lie apart; each takes the mean of the boxes close around it.

    The mean is weighted by score and IoU. Suppression is decided by the boxes as they were.

    Args:
        boxes: [B, N, 4] in pixels, each image's in descending order of score.
        scores: [B, N] above 0.
        overlap: IoU, below 1, above which the lower-scored of two is dropped.
        count: R, maximum of boxes an image; where an image has fewer, padding comes last.

    Source: Gidaris and Komodakis 2015, "Object detection via a multi-region & semantic
    segmentation-aware CNN model", section 5, box voting.
    """
    low, high = boxes.permute(2, 0, 1).contiguous().split(2)
    left = ((high - low) >= MIN_SIDE).all(dim=0)
    moved, chosen, there = [], [], []
    for _ in range(count):
        index = left.int().argmax(dim=1, keepdim=True)
        chosen.append(index)
        there.append(left.gather(1, index))
        near = _overlaps(low, high, index)
        moved.append(_voted(boxes, scores * near * (near >= _VOTING)))
        # The box itself goes with those that it covers.
        left = left & (near <= overlap)
    return Kept(torch.stack(moved, dim=1), torch.cat(chosen, dim=1), torch.cat(there, dim=1))


def _voted(boxes: Tensor, weights: Tensor) -> Tensor:
    """[B, 4] the mean of [B, N, 4] by [B, N] weights; 0 without any weight."""
    total = weights.sum(dim=1, keepdim=True).clamp_min(torch.finfo(weights.dtype).tiny)
    return ((weights / total)[:, None] @ boxes).squeeze(1)


def _overlaps(low: Tensor, high: Tensor, index: Tensor) -> Tensor:
    """[B, N] IoU of one box of each image with all of its boxes.

    Args:
        low: [2, B, N] left and upper edges.
        high: [2, B, N] right and lower edges.
        index: [B, 1] the one box.
    """
    indices = index.expand(2, -1, -1)
    own_low, own_high = low.gather(2, indices), high.gather(2, indices)
    shared = _areas((torch.minimum(high, own_high) - torch.maximum(low, own_low)).clamp_min(0))
    # Boxes without extent share nothing with each other.
    either = _areas(own_high - own_low) + _areas(high - low) - shared
    return shared / either.clamp_min(torch.finfo(either.dtype).tiny)


def _areas(sides: Tensor) -> Tensor:
    return sides[0] * sides[1]
