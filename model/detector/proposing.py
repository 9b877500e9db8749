"""What a source of candidate regions is, and finding the one that the settings name."""

from typing import Protocol, cast

from torch import Tensor

from model.detector.retinanet import Detector, Proposed
from model.registries.region_sources import REGION_SOURCES
from model.registries.registry import resolve_function
from model.settings import RegionSettings


class Propose(Protocol):
    """Finds candidate regions."""

    def __call__(
        self, detector: Detector, pixels: Tensor, features: list[Tensor], settings: RegionSettings
    ) -> list[Proposed]:
        """Regions of each of B images, at least one and at most `settings.per_image`.

        Args:
            detector: in evaluation mode; trained, where the source is registered as needing that.
            pixels: [B, 1, S, S] uint8.
            features: the detector's pyramid of them, levels of [B, C, S/s, S/s], the finest first.
            settings: how many regions, and how far apart.
        """
        ...


def load_propose(name: str) -> Propose:
    """The function of a region source.

    Args:
        name: one of `REGION_SOURCES`.

    Raises:
        ExtensionError: it is from outside and cannot be imported.
    """
    return cast("Propose", resolve_function(REGION_SOURCES[name].propose))
