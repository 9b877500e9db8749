"""What a region looks like close up: whether it is dense, lumpy, lined, sharp or soft.

The pyramid says what a region is; how dense and of which texture only the first stage and the
pixels themselves still know.
"""

from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

#: Pixels to a cell of the maps, as of the body's first stage, and cells that RoIAlign reads.
STRIDE: Final = 4
CELLS: Final = 4
#: Numbers that `read_texture` gives beside twice the channels of the first stage.
LOOKS: Final = 7
# A region's surroundings reach so far beyond it.
_AROUND: Final = 1.6
_FINE: Final = 5
_TINY: Final = 1e-6

#: [R, C, CELLS, CELLS] RoIAlign of maps [B, C, S/4, S/4] at as many boxes of each image.
Align = Callable[[Tensor, list[Tensor]], Tensor]


def texture_maps(pixels: Tensor, stage: Tensor) -> Tensor:
    """[B, 2T + 5, S/4, S/4] the maps that `read_texture` takes means of.

    The first stage's channels and their squares; of the pixels brightness, its square, how it
    changes to the side and downwards, and what is finer than five pixels.

    Args:
        pixels: [B, 1, S, S] 0 to 255.
        stage: [B, T, S/4, S/4] the body's first stage.
    """
    light = pixels.to(stage.dtype) / 255
    aside = (light[..., :, 1:] - light[..., :, :-1]).abs()
    down = (light[..., 1:, :] - light[..., :-1, :]).abs()
    fine = (light - functional.avg_pool2d(light, _FINE, 1, _FINE // 2)).abs()
    looks = torch.cat(
        [
            light,
            light.square(),
            functional.pad(aside, (0, 1)),
            functional.pad(down, (0, 0, 0, 1)),
            fine,
        ],
        dim=1,
    )
    return torch.cat([stage, stage.square(), functional.avg_pool2d(looks, STRIDE)], dim=1)


def read_texture(maps: Tensor, boxes: list[Tensor], size: int, align: Align) -> Tensor:
    """[R, 2T + 7] texture of regions.

    Mean and standard deviation of the first stage's channels and of brightness, mean change to the
    side, downwards and in what is fine, and how much brighter the region is than its surroundings
    and than the same place on the other side of the chest.

    Args:
        maps: [B, 2T + 5, S/4, S/4] of `texture_maps`.
        boxes: [R, 4] of each image, in the square's pixels.
        size: S, pixels of the square's side.
        align: how means over boxes are read.
    """
    channels = (maps.shape[1] - 5) // 2
    inside = align(maps, boxes).mean(dim=(2, 3))
    stage, squares, looks = inside.split([channels, channels, 5], dim=1)
    light = maps[:, 2 * channels : 2 * channels + 1]
    around = align(light, [_grown(own, size) for own in boxes]).mean(dim=(2, 3))
    across = align(light, [_mirrored(own, size) for own in boxes]).mean(dim=(2, 3))
    mean, square, rest = looks.split([1, 1, 3], dim=1)
    return torch.cat(
        [
            stage,
            _deviation(stage, squares),
            mean,
            _deviation(mean, square),
            rest,
            mean - around,
            mean - across,
        ],
        dim=1,
    )


def _deviation(mean: Tensor, square: Tensor) -> Tensor:
    return (square - mean.square()).clamp_min(_TINY).sqrt()


def _grown(boxes: Tensor, size: int) -> Tensor:
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]) / 2 * _AROUND
    return torch.cat([middle - half, middle + half], dim=1).clamp(0, size)


def _mirrored(boxes: Tensor, size: int) -> Tensor:
    return torch.stack([size - boxes[:, 2], boxes[:, 1], size - boxes[:, 0], boxes[:, 3]], dim=1)
