"""Saves a trained detector, and loads it."""

from pathlib import Path
from typing import Final

from data_contracts.images import BOXES, IMAGES
from model.backbone.bodies import body_by_card, body_of
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
from model.training.trained_on import TrainedOn

_KIND: Final = "detector"
_CONTRACTS: Final = {contract.name: contract.version for contract in (IMAGES, BOXES)}


def save_detector(
    detector: Detector,
    backbone: BackboneSettings,
    folder: Path,
    trained_on: tuple[TrainedOn, ...] = (),
) -> None:
    """Put a detector into `folder`: weights, and a card with all that builds it again.

    Args:
        detector: the trained detector.
        backbone: what it stands on.
        folder: where to.
        trained_on: the images.
    """
    sizes = {
        "size": detector.size,
        "backbone": body_of(backbone),
        "kinds": list(detector.kinds),
        "targets": [
            kind for kind, wanted in zip(detector.kinds, detector.is_target, strict=True) if wanted
        ],
    }
    card = Card(
        _KIND,
        sizes,
        contracts=_CONTRACTS,
        trained_on=trained_on,
        pretrained=backbone.weights,
    )
    save_weights(detector, card, folder)


def load_detector(folder: Path) -> Detector:
    """The detector that `save_detector` put there, ready to propose.

    Raises:
        WeightsError: there is none, or it is of another release.
    """
    sizes = read_card(folder, _KIND, _CONTRACTS).sizes
    with built_by_card(folder):
        size = size_in(sizes, "size", LARGEST_PICTURE)
        backbone = body_by_card(sizes["backbone"])
        detector = Detector(backbone, size, sizes["kinds"], sizes["targets"])
        load_weights(detector, folder)
    return detector.eval()
