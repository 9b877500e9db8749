"""The detector that regions are found and read with, as the settings want it."""

from pathlib import Path

import torch

from model.detector.checkpoint import load_detector
from model.detector.retinanet import Detector
from model.settings import ModelSettings


def open_detector(settings: ModelSettings, folder: Path) -> Detector:
    """The trained detector; where regions need none, one of a bare backbone, by its seed.

    Args:
        settings: where regions come from, and what a bare backbone is like.
        folder: of the trained detector.

    Raises:
        WeightsError: regions need a trained detector, and there is none, or of another release.
    """
    if settings.regions.need_detector:
        return load_detector(folder)
    torch.manual_seed(settings.detector.seed)
    return Detector(settings.backbone, settings.picture.size, ("any",)).eval()
