"""Texture of regions, from pixels and an early stage of the body.

The pyramid's levels no longer have how dense, patchy or sharp a region is.
"""

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

#: Pixels to a cell of the maps of brightness, as of most bodies' first stage.
STRIDE: Final = 4
#: Features of `read_texture` beside mean and standard deviation of the first stage's channels.
LOOKS: Final = 7
# Sampling points along each side of a region.
_SAMPLES: Final = 8
# Size of a region's surroundings over that of the region.
_AROUND: Final = 1.6
_FINE: Final = 5
_TINY: Final = 1e-6


def read_texture(pixels: Tensor, stage: Tensor, boxes: Tensor) -> Tensor:
    """[B, R, 2T + 7] texture of regions.

    Mean and standard deviation of the stage's channels and of brightness; mean absolute gradient
    across and down, and mean absolute difference to a 5-pixel box blur; and brightness less that of
    the surroundings and less that of the mirrored region.

    Args:
        pixels: [B, 1, S, S] 0 to 255.
        stage: [B, T, S/t, S/t] an early stage of the body.
        boxes: [B, R, 4] in the square's pixels.
    """
    size = pixels.shape[-1]
    with torch.autocast(pixels.device.type, enabled=False):
        stage = stage.float()
        weights = _weights(boxes, size, STRIDE)
        stride = size // stage.shape[-1]
        of_stage = weights if stride == STRIDE else _weights(boxes, size, stride)
        seen, squares = _means(stage, of_stage), _means(stage.square(), of_stage)
        looks = _pixel_looks(pixels)
        light, square, rest = _means(looks, weights).split([1, 1, 3], dim=2)
        around = _means(looks[:, :1], _weights(_grown(boxes, size), size, STRIDE))
        across = _means(looks[:, :1], _weights(_mirrored(boxes, size), size, STRIDE))
        return torch.cat(
            [
                seen,
                _deviation(seen, squares),
                light,
                _deviation(light, square),
                rest,
                light - around,
                light - across,
            ],
            dim=2,
        )


def _pixel_looks(pixels: Tensor) -> Tensor:
    """[B, 5, S/4, S/4] brightness, its square, its gradients across and down, and fine detail."""
    light = pixels.float() / 255
    aside = (light[..., :, 1:] - light[..., :, :-1]).abs()
    down = (light[..., 1:, :] - light[..., :-1, :]).abs()
    smooth = _sums_along(_sums_along(light, 2), 3) / _FINE**2
    looks = (
        light,
        light.square(),
        functional.pad(aside, (0, 1)),
        functional.pad(down, (0, 0, 0, 1)),
        (light - smooth).abs(),
    )
    return torch.cat([functional.avg_pool2d(look, STRIDE) for look in looks], dim=1)


def _sums_along(light: Tensor, axis: int) -> Tensor:
    """Sums of `_FINE` neighbours along an axis, zeros beyond the edge."""
    half = _FINE // 2
    wider = functional.pad(light, (half, half) if axis == 3 else (0, 0, half, half))
    first, *others = (wider.narrow(axis, step, light.shape[axis]) for step in range(_FINE))
    return sum(others, start=first)


def _weights(boxes: Tensor, size: int, stride: int) -> Tensor:
    """[B, R, (S/s)^2] share of each cell of stride s in a box's mean, of [B, R, 4] boxes.

    The mean of RoIAlign's cells (He et al. 2017), which reads between cells by bilinear
    interpolation, is one weight per row times one per column.
    """
    cells = size // stride
    across = _line_weights(boxes[..., 0] / stride, boxes[..., 2] / stride, cells)
    down = _line_weights(boxes[..., 1] / stride, boxes[..., 3] / stride, cells)
    return (down[..., :, None] * across[..., None, :]).flatten(2)


def _line_weights(low: Tensor, high: Tensor, cells: int) -> Tensor:
    """[B, R, cells] along one axis, of edges [B, R] in cells."""
    steps = (torch.arange(_SAMPLES, device=low.device) + 0.5) / _SAMPLES
    positions = low[..., None] + (high - low)[..., None] * steps - 0.5
    positions = positions.clamp(0, cells - 1)
    distances = (positions[..., None] - torch.arange(cells, device=low.device)).abs()
    return (1 - distances).clamp_min(0).mean(dim=2)


def _means(maps: Tensor, weights: Tensor) -> Tensor:
    """[B, R, C] of maps [B, C, H, W] over weights [B, R, H * W]."""
    return weights @ maps.flatten(2).transpose(1, 2)


def _deviation(mean: Tensor, square: Tensor) -> Tensor:
    return (square - mean.square()).clamp_min(_TINY).sqrt()


def _grown(boxes: Tensor, size: int) -> Tensor:
    centre = (boxes[..., :2] + boxes[..., 2:]) / 2
    half = (boxes[..., 2:] - boxes[..., :2]) / 2 * _AROUND
    return torch.cat([centre - half, centre + half], dim=-1).clamp(0, size)


def _mirrored(boxes: Tensor, size: int) -> Tensor:
    left, top, right, bottom = boxes.unbind(dim=-1)
    return torch.stack([size - right, top, size - left, bottom], dim=-1)
