"""One study's radiograph and the exact boxes of what is drawn on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from model.phantom.anatomy import DENSE, Patient, build_chest
from model.phantom.bones import bone_density
from model.phantom.devices import device_density
from model.phantom.film import FILMS, Pixels, expose
from model.phantom.opacities import Lesion, draw_opacity
from model.phantom.plane import covering, posed_plane

# Streams of a study's chance: what one draws more or less of leaves the others as they were.
_POSE, _CHEST, _BONES, _LESIONS, _DEVICES, _FILM = range(6)
_SMALLEST_SIDE: Final = 64
_BEHIND: Final = 0.09


@dataclass(frozen=True, slots=True)
class Study:
    """What to draw; see the contract `studies`.

    Attributes:
        role: its cohort, which decides how the picture is taken.
        seed: of all that is told nowhere.
        lesions: those that are there; resolved ones are not.
    """

    role: str
    seed: int
    view: str
    heart_ratio: float
    lung_volume: float
    devices: tuple[str, ...]
    lesions: tuple[Lesion, ...]


class Box(NamedTuple):
    """Pixels that a lesion covers, from `x`, `y` its upper left one, and what it is."""

    x: int
    y: int
    width: int
    height: int
    label: str


@dataclass(frozen=True, slots=True)
class Radiograph:
    """A picture and the boxes of its lesions.

    Attributes:
        pixels: [S, S] bright where it is dense.
        boxes: one for each lesion that covers a pixel, in the order of the lesions.
    """

    pixels: Pixels
    boxes: tuple[Box, ...]


def draw_radiograph(study: Study, size: int) -> Radiograph:
    """Draw a study's frontal radiograph; it depends on the study and `size` alone.

    Args:
        study: what to draw.
        size: pixels of a side.

    Raises:
        ValueError: the picture would be too small to show anything.
        KeyError: a lesion's kind, a device or the role is not one that can be drawn.
    """
    if size < _SMALLEST_SIDE:
        raise ValueError(f"a radiograph of {size} pixels; expected at least {_SMALLEST_SIDE}")
    chance = [np.random.default_rng((study.seed, stream)) for stream in range(6)]
    film = FILMS[study.role]
    plane = posed_plane(size, film.variety, chance[_POSE])
    patient = Patient(study.heart_ratio, study.lung_volume, film.variety)
    chest = build_chest(plane, patient, study.view, chance[_CHEST])
    density = chest.density
    boxes: list[Box] = []
    for lesion in study.lesions:
        opacity = draw_opacity(chest, lesion, chance[_LESIONS])
        # Behind the heart, too, it is seen as a shade more.
        density += opacity.strength * (np.maximum(DENSE - density, 0) + _BEHIND)
        boxes += _box(opacity.covered, lesion.finding)
    density += bone_density(chest, study.view, chance[_BONES])
    for device in study.devices:
        density += device_density(plane, device, chance[_DEVICES])
    return Radiograph(expose(density, film, chance[_FILM]), tuple(boxes))


def _box(covered: npt.NDArray[np.bool_], label: str) -> Sequence[Box]:
    rows, columns = covering(covered)
    width, height = columns.stop - columns.start, rows.stop - rows.start
    return (Box(columns.start, rows.start, width, height, label),) if height else ()
