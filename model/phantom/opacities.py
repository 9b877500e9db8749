"""Disease: each kind of opacity with its own look, and the pixels that it covers."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np
import numpy.typing as npt

from model.phantom.anatomy import LEFT, RIGHT, Chest, Lung
from model.phantom.plane import Field, blob, cloud, soft

#: Part of its own strength from which on a pixel counts as covered.
_COVERED: Final = 0.5
_SIDE_OF: Final = {"side:right": RIGHT, "side:left": LEFT}


@dataclass(frozen=True, slots=True)
class Lesion:
    """An opacity or effusion to draw; see the contract `lesions` for its measures.

    Attributes:
        looks: concept ids of descriptors, of which those of `_LOOKS` and of the kind's own texture
            show.
    """

    kind: str
    finding: str
    side: str
    center_x: float
    center_y: float
    width: float
    height: float
    density: float
    looks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Look:
    """How a descriptor changes the border of its kind; each is a factor.

    Attributes:
        edge: how soft the border is.
        ragged: how far the border wanders.
    """

    edge: float = 1.0
    ragged: float = 1.0


_LOOKS: Final = {
    "descriptor:confluent": Look(ragged=2.6),
    "descriptor:focal": Look(edge=0.6, ragged=0.4),
    "descriptor:ill_defined": Look(edge=3.0),
    "descriptor:ground_glass": Look(edge=1.5),
    "descriptor:irregular": Look(edge=0.6, ragged=2.3),
    "descriptor:round": Look(edge=0.6),
}


@dataclass(frozen=True, slots=True)
class Opacity:
    """An opacity on the picture.

    Attributes:
        strength: [S, S] from 0 to 1: share of the way from what was there to full density.
        covered: [S, S] the pixels that it covers, smooth where its texture is not.
    """

    strength: Field
    covered: npt.NDArray[np.bool_]


def draw_opacity(chest: Chest, lesion: Lesion, rng: np.random.Generator) -> Opacity:
    """Draw one lesion, within its lung.

    Raises:
        KeyError: nothing is known of the lesion's kind or side.
    """
    lung = next(lung for lung in chest.lungs if lung.side == _SIDE_OF[lesion.side])
    shape, texture = _KINDS[lesion.kind](chest, lung, lesion, rng)
    shape = shape * lung.mask
    strength: Field = np.clip(shape * texture * lesion.density, 0, 1).astype(np.float32)
    return Opacity(strength, shape > _COVERED)


def _lump(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator, ragged: float
) -> Field:
    """An ellipse whose edge wanders."""
    x, y = lung.offsets(chest.plane, lesion.center_x, lesion.center_y)
    radius = np.sqrt((2 * x / lesion.width) ** 2 + (2 * y / lesion.height) ** 2)
    looks = _looks(lesion)
    ragged *= prod(look.ragged for look in looks)
    edge = 1 - radius + ragged * cloud(chest.plane.size, 7, rng)
    return soft(edge.astype(np.float32), 0.09 * prod(look.edge for look in looks))


def _looks(lesion: Lesion) -> list[Look]:
    return [look for name, look in _LOOKS.items() if name in lesion.looks]


def _consolidation(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    shape = _lump(chest, lung, lesion, rng, 0.16)
    return shape, 0.92 + 0.06 * cloud(chest.plane.size, 14, rng)


def _patchy(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    shape = _lump(chest, lung, lesion, rng, 0.22)
    if "descriptor:patchy" not in lesion.looks:  # hazy, or of the look that its descriptor names
        return shape, 0.80 + 0.05 * cloud(chest.plane.size, 12, rng, octaves=2)
    lumps = soft(cloud(chest.plane.size, 16, rng, octaves=2) + 0.25, 0.15)
    return shape, 0.20 + 0.95 * lumps


def _interstitial(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    shape = _lump(chest, lung, lesion, rng, 0.12)
    fine = np.exp(-((cloud(chest.plane.size, 52, rng, octaves=1) / 0.30) ** 2))
    coarse = np.exp(-((cloud(chest.plane.size, 32, rng, octaves=1) / 0.24) ** 2))
    if "descriptor:reticular" in lesion.looks:  # a net of lines with clear meshes
        return shape, (0.10 + 0.15 * fine + 1.1 * coarse).astype(np.float32)
    return shape, (0.34 + 0.65 * fine + 0.15 * coarse).astype(np.float32)


def _edema(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    shape = _lump(chest, lung, lesion, rng, 0.10)
    x, y = lung.offsets(chest.plane, 0.18, 0.52)
    near = np.exp(-((x / 0.5) ** 2) - (y / 0.4) ** 2)
    haze = 0.25 + 0.85 * near + 0.10 * cloud(chest.plane.size, 18, rng, octaves=2)
    return shape, haze.astype(np.float32)


def _band(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    x, y = lung.offsets(chest.plane, lesion.center_x, lesion.center_y)
    slope = rng.normal(0.02, 0.05)
    y = (y + slope * x / max(lesion.width, 0.1)).astype(np.float32)
    shape = blob(x, y, lesion.width, lesion.height, 0.16)
    if "descriptor:linear" in lesion.looks:  # one thin, sharp line
        line = np.exp(-((y / (0.16 * lesion.height)) ** 2))
        return shape, (0.15 + 1.5 * line).astype(np.float32)
    if "descriptor:streaky" in lesion.looks:  # several faint ones beside each other
        streaks = 0.5 + 0.5 * np.cos(2 * np.pi * (3 * y / lesion.height + 0.15 * x))
        return shape, (0.15 + 1.0 * streaks**2).astype(np.float32)
    return shape, 0.95 + 0.08 * cloud(chest.plane.size, 20, rng, octaves=1)


def _effusion(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    """Fluid at the bottom of the lung, whose surface rises towards the side."""
    x, y = lung.offsets(chest.plane, 0.0, 0.0)
    middle = lesion.center_y - lesion.height / 2
    rise = lesion.height * (0.55 - 1.1 * np.clip(x, 0, 1) ** 2.2)
    surface = y - (middle + rise) + 0.004 * cloud(chest.plane.size, 6, rng)
    inner = lesion.center_x - lesion.width / 2
    shape = soft(surface.astype(np.float32), 0.010) * soft((x - inner).astype(np.float32), 0.03)
    return shape, np.float32(1.0) * np.ones_like(shape)


def _nodule(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    x, y = lung.offsets(chest.plane, lesion.center_x, lesion.center_y)
    shape = (
        blob(x, y, lesion.width, lesion.height, 0.07)
        if "descriptor:round" in lesion.looks
        else _lump(chest, lung, lesion, rng, 0.30)
    )
    return shape, 0.98 + 0.03 * cloud(chest.plane.size, 16, rng, octaves=1)


_Draw = Callable[[Chest, Lung, Lesion, np.random.Generator], tuple[Field, Field]]
_KINDS: Final[dict[str, _Draw]] = {
    "consolidation": _consolidation,
    "patchy": _patchy,
    "interstitial": _interstitial,
    "edema": _edema,
    "atelectasis_band": _band,
    "effusion": _effusion,
    "nodule": _nodule,
}
