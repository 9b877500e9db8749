"""Where candidate regions may come from: `model.regions.source`. A new source is a line here."""

from typing import Final, NamedTuple

from model.registries.registry import Registry


class RegionSource(NamedTuple):
    """A source of candidate regions.

    Attributes:
        propose: `module:name` of its function, a `model.detector.proposing.Propose`.
        needs_detector: whether it asks a trained detector. Without, it is given one of random
            weights, over whose pyramid features are read.
    """

    propose: str
    needs_detector: bool


_ROOM: Final = "model.detector.region_sources"
REGION_SOURCES: Final = Registry(
    "region source",
    {
        "detector": RegionSource(f"{_ROOM}.detector:propose", needs_detector=True),
        "grid": RegionSource(f"{_ROOM}.grid:propose", needs_detector=False),
    },
)


def register_region_source(name: str, propose: str, *, needs_detector: bool) -> None:
    """Add a source of candidate regions, which `model.regions.source` may name.

    Args:
        name: as settings have it.
        propose: `module:name` of its function, which is imported when regions are looked for; see
            `model.detector.proposing.Propose`.
        needs_detector: whether it asks a trained detector.

    Raises:
        ExtensionError: the name is taken.
    """
    REGION_SOURCES.register(name, RegionSource(propose, needs_detector))
