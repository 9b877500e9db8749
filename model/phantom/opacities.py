"""Disease: each kind of opacity with its own look, and the pixels that it covers."""

from collections.abc import Callable
from dataclasses import dataclass
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
    """An opacity or effusion to draw; see the contract `lesions` for its measures."""

    kind: str
    finding: str
    side: str
    center_x: float
    center_y: float
    width: float
    height: float
    density: float


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
    strength: Field = (np.clip(shape * texture, 0, 1) * lesion.density).astype(np.float32)
    return Opacity(strength, shape > _COVERED)


def _lump(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator, ragged: float
) -> Field:
    """An ellipse whose edge wanders."""
    x, y = lung.place(chest.plane, lesion.center_x, lesion.center_y)
    radius = np.sqrt((2 * x / lesion.width) ** 2 + (2 * y / lesion.height) ** 2)
    edge = 1 - radius + ragged * cloud(chest.plane.size, 7, rng)
    return soft(edge.astype(np.float32), 0.09)


def _consolidation(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    shape = _lump(chest, lung, lesion, rng, 0.16)
    return shape, 0.92 + 0.06 * cloud(chest.plane.size, 14, rng)


def _patchy(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    shape = _lump(chest, lung, lesion, rng, 0.22)
    lumps = soft(cloud(chest.plane.size, 16, rng, octaves=2) + 0.35, 0.18)
    return shape, 0.35 + 0.75 * lumps


def _interstitial(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    shape = _lump(chest, lung, lesion, rng, 0.12)
    fine = np.exp(-((cloud(chest.plane.size, 52, rng, octaves=1) / 0.30) ** 2))
    coarse = np.exp(-((cloud(chest.plane.size, 30, rng, octaves=1) / 0.22) ** 2))
    return shape, (0.28 + 0.55 * fine + 0.45 * coarse).astype(np.float32)


def _edema(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    shape = _lump(chest, lung, lesion, rng, 0.10)
    x, y = lung.place(chest.plane, 0.18, 0.52)
    near = np.exp(-((x / 0.5) ** 2) - (y / 0.4) ** 2)
    haze = 0.25 + 0.85 * near + 0.10 * cloud(chest.plane.size, 18, rng, octaves=2)
    return shape, haze.astype(np.float32)


def _band(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    x, y = lung.place(chest.plane, lesion.center_x, lesion.center_y)
    slope = rng.normal(0.02, 0.05)
    y = (y + slope * x / max(lesion.width, 0.1)).astype(np.float32)
    shape = blob(x, y, lesion.width, lesion.height, 0.16)
    return shape, 0.95 + 0.08 * cloud(chest.plane.size, 20, rng, octaves=1)


def _effusion(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    """Fluid at the bottom of the lung, whose surface rises towards the side."""
    x, y = lung.place(chest.plane, 0.0, 0.0)
    middle = lesion.center_y - lesion.height / 2
    rise = lesion.height * (0.55 - 1.1 * np.clip(x, 0, 1) ** 2.2)
    surface = y - (middle + rise) + 0.004 * cloud(chest.plane.size, 6, rng)
    inner = lesion.center_x - lesion.width / 2
    shape = soft(surface.astype(np.float32), 0.010) * soft((x - inner).astype(np.float32), 0.03)
    return shape, np.float32(1.0) * np.ones_like(shape)


def _nodule(
    chest: Chest, lung: Lung, lesion: Lesion, rng: np.random.Generator
) -> tuple[Field, Field]:
    x, y = lung.place(chest.plane, lesion.center_x, lesion.center_y)
    shape = blob(x, y, lesion.width, lesion.height, 0.07)
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
