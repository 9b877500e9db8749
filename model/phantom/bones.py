"""Ribs, clavicles, spine and shoulder blades."""

from typing import Final

import numpy as np

from model.phantom.anatomy import Chest
from model.phantom.plane import Field, soft

_RIBS, _RIBS_IN_FRONT = 10, 7
_GAP: Final = 0.079
_THICKNESS: Final = 0.0135


def bone_density(chest: Chest, view: str, rng: np.random.Generator) -> Field:
    """[S, S] what bones add to a chest's density.

    Args:
        chest: the chest.
        view: in AP the shoulder blades lie over the lungs.
        rng: what differs between patients.
    """
    plane = chest.plane
    away, down = np.abs(plane.across), plane.down
    gap = _GAP * rng.normal(1, 0.03)
    width = chest.lungs[0].lateral + 0.03
    inside = soft((width - away).astype(np.float32), 0.01)
    added = (_posterior(away, down, gap) + _anterior(away, down, gap, width)) * inside
    added += _clavicles(plane.across, down, rng)
    added += _shoulder_blades(away, down, 0.60 if view == "AP" else 0.70)
    added += _spine(plane.across, down, gap)
    result: Field = (added * chest.body).astype(np.float32)
    return result


def _tube(distance: Field, thickness: float) -> Field:
    """A bone seen from the side: denser at its rims than in its middle."""
    relative = np.abs(distance) * np.float32(1 / thickness)
    tube: Field = soft(1 - relative, 0.12) * (0.55 + 0.45 * np.clip(relative, 0, 1) ** 3)
    return tube


def _nearest(offset: Field, gap: float, ribs: int) -> Field:
    """Distance from the nearest of `ribs` equal courses, `gap` apart, the first at 0."""
    number = np.clip(np.rint(offset / gap), 0, ribs - 1)
    distance: Field = (offset - number * gap).astype(np.float32)
    return distance


def _posterior(away: Field, down: Field, gap: float) -> Field:
    """Leave the spine, rise a little, and fall towards the side."""
    course = 0.105 - 0.035 * np.sin(np.clip(away / 0.42, 0, 1) * np.pi) + 0.42 * away**2.6
    near = soft((away - 0.05).astype(np.float32), 0.008)
    below = soft((0.83 - down).astype(np.float32), 0.03)
    bands: Field = 0.085 * _tube(_nearest(down - course, gap, _RIBS), _THICKNESS) * near * below
    return bands


def _anterior(away: Field, down: Field, gap: float, width: float) -> Field:
    """Come back from the side, falling towards the breastbone, and end in cartilage."""
    course = 0.27 + 0.34 * np.clip(width - away, 0, None) ** 1.35
    near = soft((away - 0.27).astype(np.float32), 0.02)
    below = soft((0.78 - down).astype(np.float32), 0.03)
    tubes = _tube(_nearest(down - course, gap, _RIBS_IN_FRONT), _THICKNESS * 1.2)
    bands: Field = 0.036 * tubes * near * below
    return bands


def _clavicles(across: Field, down: Field, rng: np.random.Generator) -> Field:
    away = np.abs(across)
    rises = rng.normal(0.13, 0.02, 2)
    rise = np.where(across < 0, rises[0], rises[1])
    course = 0.205 - rise * (away - 0.06) + 0.025 * np.sin((away - 0.06) / 0.6 * 2 * np.pi)
    ends = soft((away - 0.055).astype(np.float32), 0.008)
    ends = ends * soft((0.70 - away).astype(np.float32), 0.01)
    clavicles: Field = 0.13 * _tube((down - course).astype(np.float32), 0.0165) * ends
    return clavicles


def _shoulder_blades(away: Field, down: Field, medial: float) -> Field:
    edge = medial + 0.28 * (down - 0.20)
    tall = soft((down - 0.14).astype(np.float32), 0.02)
    tall = tall * soft((0.47 - down).astype(np.float32), 0.03)
    plate = 0.045 * soft((away - edge).astype(np.float32), 0.006)
    plate = plate * soft((edge + 0.26 - away).astype(np.float32), 0.04)
    blades: Field = (plate + 0.05 * np.exp(-(((away - edge) / 0.010) ** 2))) * tall
    return blades


def _spine(across: Field, down: Field, gap: float) -> Field:
    column = soft((0.058 - np.abs(across)).astype(np.float32), 0.006)
    discs = 0.5 + 0.5 * np.sin(2 * np.pi * down / (0.8 * gap))
    spine: Field = column * (0.02 + 0.022 * discs)
    return spine
