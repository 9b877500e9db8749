"""From densities to a picture: exposure, blur and noise, which differ between cohorts."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from model.phantom.plane import Field

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Film:
    """How a cohort's pictures are taken.

    Attributes:
        gamma: below 1 brightens the lungs.
        contrast: spread about the middle grey.
        blur: in pixels of a 256 pixel picture.
        noise: deviation of the noise, of full scale, where it is darkest.
        vignette: how much darker the corners are.
        collimated: share of pictures with black borders.
        variety: from 0, one hospital, to 1, many: how much patients, framing and tone differ.
    """

    gamma: float
    contrast: float
    blur: float
    noise: float
    vignette: float
    collimated: float
    variety: float = 0.0


#: The shift between cohorts: another hospital, another machine, another path to the file.
FILMS: Final = {
    "detector": Film(0.85, 1.10, 0.35, 0.007, 0.00, 0.05, variety=1.0),
    "training": Film(1.00, 1.00, 0.50, 0.010, 0.03, 0.15),
    "localization": Film(1.15, 0.85, 0.70, 0.013, 0.05, 0.30),
    "severity": Film(1.05, 1.20, 0.95, 0.005, 0.15, 0.10),
}
# How much tones differ within one hospital, and what many hospitals add.
_TONE, _TONES = 0.08, 0.12


def expose(density: Field, film: Film, rng: np.random.Generator) -> Pixels:
    """[S, S] picture of a density map, bright where it is dense."""
    size = len(density)
    light = np.clip(density * rng.normal(1, 0.03) + rng.normal(0, 0.015), 0, None)
    light = gaussian_filter(light, film.blur * size / 256)
    grey = np.clip(light, 0, 1.1) / 1.1
    tone = _TONE + film.variety * _TONES
    grey = grey ** (film.gamma * np.exp(rng.normal(0, tone)))
    grey = 0.5 + (grey - 0.5) * film.contrast * np.exp(rng.normal(0, tone * 0.6))
    grey = grey * _vignette(size, film.vignette)
    grain = rng.standard_normal((size, size), dtype=np.float32)
    grain = gaussian_filter(grain, 0.45 * size / 256)
    # Less light comes through where it is dense, so the noise is stronger there.
    grey = grey + film.noise * 2 * grain * (0.6 + 0.7 * np.clip(grey, 0, 1))
    if rng.random() < film.collimated:
        _collimate(grey, rng)
    pixels: Pixels = np.clip(np.rint(grey * 255), 0, 255).astype(np.uint8)
    return pixels


def _vignette(size: int, depth: float) -> Field:
    steps = np.linspace(-1, 1, size, dtype=np.float32)
    shade: Field = 1 - depth * (steps[None, :] ** 2 + steps[:, None] ** 2) / 2
    return shade


def _collimate(grey: Field, rng: np.random.Generator) -> None:
    size = len(grey)
    left, right, top, bottom = (rng.uniform(0, 0.045, 4) * size).astype(int)
    grey[:top] = 0
    grey[size - bottom :] = 0
    grey[:, :left] = 0
    grey[:, size - right :] = 0
