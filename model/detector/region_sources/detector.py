"""Regions that the trained detector holds likely, apart from each other."""

from torch import Tensor

from model.detector.retinanet import Detector, Proposed
from model.settings import RegionSettings


def propose(
    detector: Detector, pixels: Tensor, features: list[Tensor], settings: RegionSettings
) -> list[Proposed]:
    """The detector's regions of highest objectness; see `model.detector.proposing.Propose`."""
    del pixels
    return detector.propose(features, settings.per_image, settings.overlap)
