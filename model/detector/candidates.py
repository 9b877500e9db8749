"""Candidate regions of an image: boxes, objectness and features."""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torchvision.ops import MultiScaleRoIAlign

from model.detector.folding import fold
from model.detector.proposing import load_propose
from model.detector.retinanet import Detector
from model.detector.texture import read_texture
from model.settings import RegionSettings

#: Cells to a side that RoIAlign reads of a region.
CELLS: Final = 2
#: Version of what the features mean; a change makes finished tables be computed again.
FEATURES_VERSION: Final = 3
_LEVELS: Final = ("p3", "p4", "p5")
# A region of this share of the square is read from the pyramid's middle level.
_CANONICAL_SHARE: Final = 0.35


@dataclass(frozen=True, slots=True)
class Candidates:
    """An image's candidate regions, in descending order of objectness.

    Attributes:
        boxes: [R, 4] in the square's pixels.
        objectness: [R] 0 to 1.
        features: [R, V] what RoIAlign (He et al. 2017) reads of the pyramid, and its texture.
    """

    boxes: Tensor
    objectness: Tensor
    features: Tensor


class CandidateFinder(nn.Module):
    """Finds candidate regions and reads their features from the detector's pyramid.

    Args:
        detector: trained, or untrained where the source of regions needs none. The finder keeps a
            folded copy, which later training does not change.
        settings: how many regions, how far apart, and where from.
    """

    def __init__(self, detector: Detector, settings: RegionSettings) -> None:
        super().__init__()
        self.detector = fold(detector)
        self.settings = settings
        self.propose = load_propose(settings.source)
        self.align = MultiScaleRoIAlign(
            list(_LEVELS),
            CELLS,
            sampling_ratio=2,
            canonical_scale=round(detector.size * _CANONICAL_SHARE),
        )

    @torch.inference_mode()
    def forward(self, pixels: Tensor) -> list[Candidates]:
        """Candidates of each of [B, 1, S, S] uint8."""
        features, texture = self.detector.features_and_texture(pixels)
        proposed = self.propose(self.detector, pixels, features, self.settings)
        levels = {name: level.float() for name, level in zip(_LEVELS, features, strict=False)}
        size = (self.detector.size, self.detector.size)
        boxes = [own.boxes for own in proposed]
        shapes = self.align(levels, boxes, [size] * len(boxes)).flatten(1)
        look = read_texture(pixels, texture, pad_sequence(boxes, batch_first=True))
        real = [part[: len(own)] for part, own in zip(look, boxes, strict=True)]
        read = torch.cat([shapes, torch.cat(real)], dim=1)
        return [
            Candidates(own.boxes, own.objectness, part)
            for own, part in zip(proposed, read.split([len(b) for b in boxes]), strict=True)
        ]
