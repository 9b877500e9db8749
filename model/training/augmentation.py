"""Augmentation: zoom, shift, mirroring, gamma and noise."""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

_ZOOM: Final = 0.12
_SHIFT: Final = 0.06
_GAMMA: Final = 0.35
_NOISE: Final = 0.04
_MIN_SIDE: Final = 2.0


def augment(
    pixels: Tensor,
    boxes: Sequence[Tensor],
    seed: Sequence[int],
    *,
    mirror: bool = True,
    part: tuple[int, int] = (0, 1),
) -> tuple[Tensor, list[Tensor]]:
    """Augmented pictures and boxes: zoom, shift, mirroring, gamma and noise.

    Args:
        pixels: [B, 1, S, S] uint8.
        boxes: [N, 4 or more] of each, edges in pixels first.
        seed: equal seeds give equal results, whatever ran before.
        mirror: exchange left and right in half of them; not where labels name a side.
        part: which of how many equal parts of a batch these are; together they become what the
            whole batch would.

    Returns:
        [B, 1, S, S] uint8 and the boxes that are still in the picture.
    """
    count, size = len(pixels), pixels.shape[-1]
    generator = torch.Generator().manual_seed(hash(tuple(seed)) & 0x7FFF_FFFF_FFFF_FFFF)

    number, parts = part
    own = slice(number * count, (number + 1) * count)

    def uniform(width: float, *shape: int) -> Tensor:
        drawn = (torch.rand((count * parts, *shape), generator=generator) * 2 - 1) * width
        return drawn[own].to(pixels.device)

    zoom = torch.exp(uniform(_ZOOM, 2))
    flip = torch.where(uniform(1.0) > 0, -1.0, 1.0) if mirror else torch.ones_like(zoom[:, 0])
    scale = zoom * torch.stack([flip, torch.ones_like(flip)], dim=1)
    shift = uniform(_SHIFT, 2)
    augmented = _resample(pixels.float() / 255, scale, shift)
    augmented = augmented.clamp(1e-4, 1) ** torch.exp(uniform(_GAMMA, 1, 1, 1))
    grain = torch.randn((count * parts, *augmented.shape[1:]), generator=generator)[own]
    augmented = augmented + grain.to(pixels.device) * uniform(_NOISE, 1, 1, 1).abs()
    moved = [
        _move(edges, of_scale, of_shift, size)
        for edges, of_scale, of_shift in zip(boxes, scale, shift, strict=True)
    ]
    return (augmented.clamp(0, 1) * 255).round().to(torch.uint8), moved


def _resample(pictures: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """[B, 1, S, S] in which what was at p lies at (p - shift) / scale, centre 0 and edges ±1."""
    matrices = torch.cat([torch.diag_embed(scale), shift[:, :, None]], dim=2)
    grid = functional.affine_grid(matrices, list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, grid, align_corners=False)


def _move(boxes: Tensor, scale: Tensor, shift: Tensor, size: int) -> Tensor:
    """The boxes that are still visible after `_resample`."""
    centred = boxes[:, :4] * (2 / size) - 1
    moved = (centred - shift.repeat(2)) / scale.repeat(2)
    low = torch.minimum(moved[:, :2], moved[:, 2:])
    high = torch.maximum(moved[:, :2], moved[:, 2:])
    edges = (torch.cat([low, high], dim=1).clamp(-1, 1) + 1) * (size / 2)
    found = torch.cat([edges.to(boxes.dtype), boxes[:, 4:]], dim=1)
    return found[((found[:, 2:4] - found[:, :2]) >= _MIN_SIDE).all(dim=1)]
