"""A chest: where lungs, heart and the tissue around them lie, and how dense each is."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from model.phantom.plane import Field, Plane, blob, cloud, covering, soft, strands

RIGHT, LEFT = -1, 1
SIDES: Final = (RIGHT, LEFT)

#: What the heart and an opacity of density 1 look like, between air at 0 and metal above 1.
DENSE: Final = 0.74
_TISSUE, _LUNG, _ABDOMEN, _OUTSIDE = 0.56, 0.17, 0.68, 0.0
# How much patients of many hospitals differ in these and in the middle's density, as deviations.
_TISSUES, _LUNGS, _ABDOMENS, _MIDDLES = 0.06, 0.03, 0.08, 0.06
_VESSELS, _HILUM, _LEAN = 0.16, 0.18, 0.35
_EDGE: Final = 0.008
_HEART_HEIGHT: Final = 0.27
_AP_MAGNIFIES: Final = 1.06


@dataclass(frozen=True, slots=True)
class Lung:
    """One lung on a plane.

    Attributes:
        side: 1 the patient's left, -1 the right.
        medial: distance of its medial edge from the spine, in the plane's `across`.
        lateral: distance of its lateral edge.
        top: its highest point, in the plane's `down`.
        bottom: its lowest point.
        mask: [S, S] from 0 to 1.
    """

    side: int
    medial: float
    lateral: float
    top: float
    bottom: float
    mask: Field

    def offsets(self, plane: Plane, x: float, y: float) -> tuple[Field, Field]:
        """Offsets of all pixels from a point, in fractions of the lung's width and height.

        Args:
            plane: the picture.
            x: the point, from 0 at the medial edge to 1 at the lateral one.
            y: from 0 at the top to 1 at the lowest point.
        """
        along = (plane.lateral(self.side) - self.medial) / (self.lateral - self.medial) - x
        below = (plane.down - self.top) / (self.bottom - self.top) - y
        return along.astype(np.float32), below.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Patient:
    """What differs between chests.

    Attributes:
        heart_ratio: heart's width over the thorax's.
        lung_volume: depth of the breath; 1 is usual.
        variety: from 0, densities and shapes as usual, to 1, as in many hospitals.
    """

    heart_ratio: float
    lung_volume: float
    variety: float


@dataclass(frozen=True, slots=True)
class Chest:
    """A chest without bones, devices or disease.

    Attributes:
        plane: what it is drawn on.
        lungs: right and left.
        body: [S, S] 1 where there is a body.
        density: [S, S] from 0, air, to 1.
    """

    plane: Plane
    lungs: tuple[Lung, Lung]
    body: Field
    density: Field


def build_chest(plane: Plane, patient: Patient, view: str, rng: np.random.Generator) -> Chest:
    """Build the chest of one study.

    Args:
        plane: what to draw on.
        patient: whose chest it is.
        view: AP or PA; AP shows the heart larger.
        rng: what differs between patients and is told nowhere.
    """
    base = 0.765 + 0.17 * (patient.lung_volume - 1) + rng.normal(0, 0.008)
    width = 0.735 + rng.normal(0, 0.018)
    lungs = (
        _lung(plane, RIGHT, base - 0.018, width, rng),
        _lung(plane, LEFT, base, width, rng),
    )
    body = _body(plane, rng)
    density = _tissue(plane, body, base, patient.variety, rng)
    for lung in lungs:
        _breathe(density, plane, lung, patient.variety, rng)
    ratio = patient.heart_ratio * (_AP_MAGNIFIES if view == "AP" else 1.0)
    shade = rng.normal(0, _MIDDLES * patient.variety)
    heart = _heart(plane, ratio * 2 * width, base, patient.variety, rng)
    _put(density, heart, DENSE - 0.06 + shade)
    _put(density, _mediastinum(plane, rng), DENSE - 0.04 + shade)
    _put(density, _trachea(plane), DENSE - 0.22)
    return Chest(plane, lungs, body, density)


def _lung(plane: Plane, side: int, base: float, width: float, rng: np.random.Generator) -> Lung:
    top = 0.115 + rng.normal(0, 0.008)
    medial = 0.085
    away = plane.lateral(side)
    deep = np.clip((plane.down - top) / (base - top), 0, 1)
    outer = medial + (width - medial) * np.sqrt(1 - (1 - deep) ** 3.4)
    inner = medial + 0.05 * (1 - deep) ** 3
    dome = base + 0.075 * ((away - 0.30) / 0.36) ** 2
    mask = (
        soft((outer - away).astype(np.float32), _EDGE)
        * soft((away - inner).astype(np.float32), _EDGE)
        * soft((dome - plane.down).astype(np.float32), _EDGE * 0.7)
        * soft((plane.down - top).astype(np.float32), _EDGE)
    )
    bottom = base + 0.075 * ((width - 0.30) / 0.36) ** 2
    return Lung(side, medial, width, top, float(bottom), mask)


def _body(plane: Plane, rng: np.random.Generator) -> Field:
    waist = 0.93 + rng.normal(0, 0.035)
    shoulders = 0.21 + (waist - 0.21) * soft((plane.down - 0.095).astype(np.float32), 0.012)
    armpit = 0.16 * np.exp(-(((plane.down - 0.30) / 0.12) ** 2))
    outline = shoulders + armpit - np.abs(plane.across)
    return soft(outline.astype(np.float32), 0.012)


def _tissue(
    plane: Plane, body: Field, base: float, variety: float, rng: np.random.Generator
) -> Field:
    depth = np.sqrt(np.clip(1 - (plane.across / 1.02) ** 2, 0.05, 1))
    flesh = _TISSUE + rng.normal(0, _TISSUES * variety)
    belly = _ABDOMEN + abs(rng.normal(0, _ABDOMENS * variety))
    tissue = flesh * (0.80 + 0.20 * depth) + 0.018 * cloud(plane.size, 6, rng)
    abdomen = soft((plane.down - base).astype(np.float32), 0.02)
    tissue = tissue + (belly - tissue) * abdomen * 0.85
    bubble = blob(plane.across - 0.30, plane.down - base - 0.10, 0.22, 0.06, 0.25)
    tissue = tissue - 0.22 * bubble * (rng.random() < 0.5)
    density: Field = (_OUTSIDE + (tissue - _OUTSIDE) * body).astype(np.float32)
    return density


def _breathe(
    density: Field, plane: Plane, lung: Lung, variety: float, rng: np.random.Generator
) -> None:
    """Fill a lung with air and vessels."""
    here = covering(lung.mask > 0)
    away, down, mask = plane.lateral(lung.side)[here], plane.down[here], lung.mask[here]
    hilum_x, hilum_y = (away - 0.15).astype(np.float32), (down - 0.46).astype(np.float32)
    vessels = strands(hilum_x, hilum_y, rng)
    root = np.exp(-((hilum_x / 0.09) ** 2) - (hilum_y / 0.10) ** 2)
    wall = np.square(np.square((away - lung.medial) / (lung.lateral - lung.medial)))
    low = (down - lung.top) / (lung.bottom - lung.top)
    vessels_bold, hilum_bold = rng.uniform(-variety, variety, 2) / 2
    air = (
        _LUNG
        + rng.normal(0, _LUNGS * variety)
        + 0.055 * low
        + 0.10 * np.clip(wall, 0, 1)
        + _VESSELS * (1 + vessels_bold) * vessels
        + _HILUM * (1 + hilum_bold + 0.5 * variety) * root
        + 0.014 * cloud(plane.size, 20, rng, octaves=2)[here]
    )
    density[here] += mask * (air - density[here])


def _heart(
    plane: Plane, width: float, base: float, variety: float, rng: np.random.Generator
) -> Field:
    x = plane.across - 0.17 * width + rng.normal(0, 0.008 + 0.017 * variety)
    y = plane.down - (base - 0.09) + rng.normal(0, 0.015 * variety)
    lean = _LEAN + rng.uniform(-0.15, 0.10) * variety
    # The axis runs down to the patient's left.
    turned_x, turned_y = x - lean * y, y - 0.12 * x
    body = blob(turned_x, turned_y, width, _HEART_HEIGHT, 0.045)
    apex = blob(x - 0.24 * width, y - 0.045, 0.52 * width, 0.15, 0.06)
    waist = blob(x + 0.10 * width, y + 0.12, 0.50 * width, 0.28, 0.08)
    return np.maximum(np.maximum(body, apex), waist)


def _mediastinum(plane: Plane, rng: np.random.Generator) -> Field:
    half = 0.10 + 0.03 * rng.random() + 0.07 * soft((0.16 - plane.down).astype(np.float32), 0.02)
    band = soft((half - np.abs(plane.across - 0.01)).astype(np.float32), 0.011)
    knob = blob(plane.across - 0.10, plane.down - 0.315, 0.19, 0.105, 0.10)
    trunk = blob(plane.across - 0.10, plane.down - 0.42, 0.20, 0.15, 0.14)
    weight = 0.85 + rng.normal(0, 0.04)
    return np.maximum(band * weight, np.maximum(knob * 0.85, trunk * 0.7)).astype(np.float32)


def _trachea(plane: Plane) -> Field:
    column = soft((0.026 - np.abs(plane.across + 0.01)).astype(np.float32), 0.006)
    above = soft((0.37 - plane.down).astype(np.float32), 0.012)
    fork = np.zeros_like(column)
    for side in SIDES:
        way = plane.lateral(side) - 0.9 * (plane.down - 0.36)
        reach = soft((plane.down - 0.36).astype(np.float32), 0.01)
        reach = reach * soft((0.425 - plane.down).astype(np.float32), 0.01)
        fork += 0.7 * reach * np.exp(-((way / 0.02) ** 2))
    return np.maximum(column * above, fork).astype(np.float32)


def _put(density: Field, mask: Field, value: float) -> None:
    density += (
        mask * np.maximum(value - density, 0) if value > _TISSUE else mask * (value - density)
    )
