"""A classifier of whole images, whose maps are the baselines."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from data_contracts.tables import LABELS, VOCABULARY
from model.backbone.bodies import Body, body_by_card, body_of, stages_between
from model.detector.retinanet import Detector
from model.settings import BackboneSettings
from model.training.card import (
    LARGEST_PICTURE,
    Card,
    built_by_card,
    load_weights,
    read_card,
    save_weights,
    size_in,
)

_KIND: Final = "classifier"
_CONTRACTS: Final = {contract.name: contract.version for contract in (LABELS, VOCABULARY)}
#: Pixels of the square to a cell of the last features.
STRIDE: Final = 16
#: Channels that the body's last features are brought to.
_TRANSITION: Final = 256


class ImageClassifier(nn.Module):
    """A body, a transition layer, global average pooling and one output for each concept.

    The transition layer (Wang et al. 2017, section 4.1) learns what the body's last stage does not
    tell apart, and ends in a rectifier, which the last stages of some bodies lack. The body ends
    where the detector's does. A stage at a stride of 32 keeps the resolution of the one before it,
    where the body can, as is usual where maps are read off (Zhou et al. 2016; Choe et al. 2020),
    so that CAM is not worse than it needs to be.

    Args:
        backbone: the same as the detector's.
        size: S, pixels of a picture's side.
        concepts: K, how many there are.
    """

    def __init__(self, backbone: BackboneSettings, size: int, concepts: int) -> None:
        super().__init__()
        *_, last = stages_between(backbone.name, backbone.finest, backbone.stride)
        self.size = size
        self.body = Body(backbone, size, (last,), STRIDE)
        self.transition = nn.Sequential(
            nn.Conv2d(last.channels, _TRANSITION, 1, bias=False),
            nn.BatchNorm2d(_TRANSITION),
            nn.ReLU(),
        )
        self.output = nn.Linear(_TRANSITION, concepts)

    def start_from(self, detector: Detector) -> None:
        """Take the weights of a trained detector's body, as the regions' features do."""
        self.body.load_state_dict(detector.pyramid.body.state_dict())

    def features(self, pixels: Tensor) -> Tensor:
        """[B, C, S/16, S/16] the transition layer's features of [B, 1, S, S] uint8."""
        found: Tensor = self.transition(self.body(pixels)[0])
        return found

    def cells(self, size: int) -> int:
        """Cells of a map along the side of a picture of `size` pixels."""
        with torch.no_grad():
            return self.features(torch.zeros((1, 1, size, size), dtype=torch.uint8)).shape[-1]

    def classify(self, features: Tensor) -> Tensor:
        """[B, K] logits of pooled features."""
        logits: Tensor = self.output(features.mean(dim=(2, 3)))
        return logits

    def forward(self, pixels: Tensor) -> Tensor:
        """[B, K] logits of [B, 1, S, S] uint8."""
        return self.classify(self.features(pixels))


@dataclass(frozen=True, slots=True)
class TrainedClassifier:
    """A classifier with the concepts that it speaks of, in the order of its outputs."""

    network: ImageClassifier
    concepts: tuple[str, ...]


def save_classifier(
    network: ImageClassifier, backbone: BackboneSettings, concepts: Sequence[str], folder: Path
) -> None:
    """Put a classifier into `folder`: weights and card."""
    sizes = {"size": network.size, "backbone": body_of(backbone)}
    save_weights(network, Card(_KIND, sizes, tuple(concepts), _CONTRACTS), folder)


def load_classifier(folder: Path) -> TrainedClassifier:
    """The classifier that `save_classifier` put there.

    Raises:
        WeightsError: there is none, or it is of another release.
    """
    card = read_card(folder, _KIND, _CONTRACTS)
    with built_by_card(folder):
        size = size_in(card.sizes, "size", LARGEST_PICTURE)
        backbone = body_by_card(card.sizes["backbone"])
        network = ImageClassifier(backbone, size, len(card.vocabulary))
        load_weights(network, folder)
    return TrainedClassifier(network.eval(), card.vocabulary)


def hide_patches(
    pixels: Tensor,
    seed: Sequence[int],
    grid: int = 4,
    share: float = 0.5,
    part: tuple[int, int] = (0, 1),
) -> Tensor:
    """Pictures with random cells of a grid hidden, so that no single part can be relied on.

    Args:
        pixels: [B, 1, S, S] uint8.
        seed: equal ones hide equal cells.
        grid: cells along a side.
        share: of the cells that are hidden; they take the picture's mean.
        part: which of how many equal parts of a batch these are.

    Source: Singh and Lee 2017, "Hide-and-Seek".
    """
    generator = torch.Generator().manual_seed(hash(tuple(seed)) & 0x7FFF_FFFF_FFFF_FFFF)
    number, parts = part
    count = len(pixels)
    hidden = torch.rand((count * parts, 1, grid, grid), generator=generator) < share
    hidden = hidden[number * count : (number + 1) * count]
    size = pixels.shape[-1]
    cells = nn.functional.interpolate(hidden.float(), size=(size, size)).bool().to(pixels.device)
    mean = pixels.float().mean(dim=(1, 2, 3), keepdim=True).round().to(torch.uint8)
    return torch.where(cells, mean, pixels)
