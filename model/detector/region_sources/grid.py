"""Windows on a grid: the candidate regions where no boxes exist to train a detector on."""

from typing import Final

import torch
from torch import Tensor

from model.detector.retinanet import Detector, Proposed
from model.settings import RegionSettings

#: Objectness of windows, which no detector scores.
UNKNOWN: Final = 0.5
#: Sides of the windows over the square's, each moved by half of itself.
_SIDES: Final = (1 / 2, 1 / 3, 1 / 5)
_RATIOS: Final = (1.0, 1.6)


def propose(
    detector: Detector, pixels: Tensor, features: list[Tensor], settings: RegionSettings
) -> list[Proposed]:
    """The same windows on each image; see `model.detector.proposing.Propose`."""
    del features
    windows = grid_windows(detector.size, settings.per_image).to(pixels.device)
    unknown = torch.full((len(windows),), UNKNOWN, device=windows.device)
    return [Proposed(windows, unknown)] * len(pixels)


def grid_windows(size: int, count: int) -> Tensor:
    """[R, 4] windows of several scales over a square, R at most `count`; the largest come first.

    Args:
        size: S, pixels of the square's side.
        count: most windows; those of the finest scales are left out first.
    """
    windows: list[Tensor] = []
    for side in _SIDES:
        for ratio in _RATIOS:
            width, height = size * side / ratio**0.5, size * side * ratio**0.5
            lefts, tops = _starts(size, width), _starts(size, height)
            left, top = torch.meshgrid(lefts, tops, indexing="xy")
            corner = torch.stack([left.flatten(), top.flatten()], dim=1)
            windows.append(torch.cat([corner, corner + torch.tensor([width, height])], dim=1))
    return torch.cat(windows)[:count].clamp(0, size)


def _starts(size: int, side: float) -> Tensor:
    steps = max(round(2 * (size - side) / side), 1)
    return torch.linspace(0, size - side, steps + 1)
