"""Non-maximum suppression of a batch's boxes in rounds of fixed shape.

Each round takes the best box that is left of every image. Few boxes are kept, so this is less work
than comparing all pairs image by image, and it can be exported to ONNX.
"""

from typing import Final

import torch
from torch import Tensor

#: Minimum of a box's width and height in pixels.
MIN_SIDE: Final = 1


def suppress(boxes: Tensor, overlap: float, count: int) -> tuple[Tensor, Tensor]:
    """[B, R] indices of the boxes that are kept, and [B, R] false where there is none.

    Args:
        boxes: [B, N, 4] in pixels, each image's in descending order of score.
        overlap: IoU, below 1, above which the lower-scored of two is dropped.
        count: R, maximum of boxes an image; where an image has fewer, padding comes last.
    """
    low, high = boxes.permute(2, 0, 1).contiguous().split(2)
    left = ((high - low) >= MIN_SIDE).all(dim=0)
    chosen, there = [], []
    for _ in range(count):
        index = left.int().argmax(dim=1, keepdim=True)
        chosen.append(index)
        there.append(left.gather(1, index))
        # The box itself goes with those that it covers.
        left = left & (_overlaps(low, high, index) <= overlap)
    return torch.cat(chosen, dim=1), torch.cat(there, dim=1)


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
