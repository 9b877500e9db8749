"""The plane that a body is drawn on: coordinates of every pixel, soft edges, and noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

Field: TypeAlias = npt.NDArray[np.float32]

_TILT_DEGREES: Final = 1.8
_SHIFT: Final = 0.018
_SCALE: Final = (0.93, 1.05)
# Where takes differ most: some show the neck and the belly, others little but the lungs, of broad
# and of slender people.
_CLOSEST: Final = 1.28
_BUILD: Final = 0.05


@dataclass(frozen=True)
class Plane:
    """Body coordinates of a square picture's pixels.

    Attributes:
        across: [S, S] from the spine, in half picture widths; the patient's left is positive and
            lies at the picture's right, as radiographs are hung.
        down: [S, S] from 0 at the picture's upper edge to 1 at its lower, but for the pose.
    """

    across: Field
    down: Field

    @property
    def size(self) -> int:
        """Pixels of a side."""
        return len(self.across)

    def window(
        self, across: Sequence[float], down: Sequence[float], margin: float
    ) -> tuple[slice, slice]:
        """Rows and columns outside of which no pixel is as near to a box as `margin`.

        Args:
            across: from the left of the box to its right.
            down: from its upper edge to its lower.
            margin: in half picture heights or widths.
        """
        (left, right), (top, bottom) = across, down
        (first, last), (high, low) = self._columns, self._rows
        columns = (last >= left - margin) & (first <= right + margin)
        rows = (low >= top - margin / 2) & (high <= bottom + margin / 2)
        return _stretch(rows), _stretch(columns)

    @cached_property
    def _columns(self) -> tuple[Field, Field]:
        """[S], [S] the least and the largest `across` of each column."""
        return self.across.min(axis=0), self.across.max(axis=0)

    @cached_property
    def _rows(self) -> tuple[Field, Field]:
        """[S], [S] the least and the largest `down` of each row."""
        return self.down.min(axis=1), self.down.max(axis=1)

    def lateral(self, side: int) -> Field:
        """[S, S] distance from the spine towards a side: 1 the patient's left, -1 the right."""
        return side * self.across


def covering(pixels: npt.NDArray[np.bool_]) -> tuple[slice, slice]:
    """The rows and columns that hold all of a mask [S, S]; empty ones of an empty mask."""
    return _stretch(pixels.any(axis=1)), _stretch(pixels.any(axis=0))


def _stretch(held: npt.NDArray[np.bool_]) -> slice:
    """From the first that is held to the last."""
    numbers = np.flatnonzero(held)
    return slice(int(numbers[0]), int(numbers[-1]) + 1) if len(numbers) else slice(0, 0)


def posed_plane(size: int, variety: float, rng: np.random.Generator) -> Plane:
    """A plane on which the patient stands a little askew.

    Args:
        size: pixels of a side.
        variety: from 0, framed alike, to 1, more or less closely.
        rng: where the pose comes from.
    """
    tilt = np.deg2rad(rng.normal(0, _TILT_DEGREES))
    widest, closest = _SCALE
    scale = rng.uniform(widest, closest + variety * (_CLOSEST - closest))
    shift_x, shift_y = rng.normal(0, _SHIFT * (1 + variety / 2), 2)
    steps = (np.arange(size, dtype=np.float32) + 0.5) / size * 2 - 1
    build = np.exp(rng.normal(0, _BUILD * variety))
    x, y = np.meshgrid((steps - shift_x) / build, (steps - shift_y) * build)
    across = (np.cos(tilt) * x + np.sin(tilt) * y) / scale
    down = (np.cos(tilt) * y - np.sin(tilt) * x) / scale
    return Plane(across.astype(np.float32), ((down + 1) / 2).astype(np.float32))


def soft(distance: Field, width: float) -> Field:
    """From 0 to 1 where `distance` passes zero, over about four `width`s."""
    share = np.clip(distance * np.float32(0.25 / width) + np.float32(0.5), 0, 1)
    edge: Field = share * share * (3 - 2 * share)
    return edge


def blob(x: Field, y: Field, width: float, height: float, edge: float) -> Field:
    """1 within an ellipse about the origin with these full axes, 0 outside; `edge` is relative."""
    radius = np.sqrt((2 * x / width) ** 2 + (2 * y / height) ** 2)
    return soft((1 - radius).astype(np.float32), edge)


def cloud(size: int, cells: int, rng: np.random.Generator, octaves: int = 3) -> Field:
    """[size, size] smooth noise of mean 0 and deviation 1.

    Args:
        size: pixels of a side.
        cells: lumps along a side; each further octave has twice as many, half as high.
        rng: where it comes from.
        octaves: how many.
    """
    total = np.zeros((size, size), np.float32)
    for octave in range(octaves):
        count = min(cells * 2**octave, size)
        grid = rng.standard_normal((count + 1, count + 1)).astype(np.float32)
        between = _between(size, count)
        total += (between @ grid @ between.T) / np.float32(2**octave)
    standardised: Field = (total - total.mean()) / (total.std() + np.float32(1e-6))
    return standardised


@lru_cache(maxsize=32)
def _between(size: int, cells: int) -> Field:
    """[size, cells + 1] weights of the corners that each pixel lies between."""
    at = (np.arange(size) + 0.5) / size * cells
    first = np.minimum(at.astype(int), cells - 1)
    weights = np.zeros((size, cells + 1), np.float32)
    weights[np.arange(size), first] = 1 - (at - first)
    weights[np.arange(size), first + 1] = at - first
    return weights


def strands(x: Field, y: Field, rng: np.random.Generator) -> Field:
    """[S, S] from 0 to 1: strands that run outward from the origin and fade with distance."""
    angle = (np.arctan2(2 * y, x) / (2 * np.pi) + 0.5) * 39
    distance = np.sqrt(x**2 + 4 * y**2)
    wound = np.log(distance + 0.10) * 4 + 16
    grid = rng.standard_normal((24, 40)).astype(np.float32)
    noise = map_coordinates(grid, [wound, angle], order=1, mode="grid-wrap")
    ridges = np.exp(-((noise / 0.30) ** 2)) * np.exp(-distance / 0.30)
    strand: Field = (ridges * np.clip(distance / 0.12, 0, 1)).astype(np.float32)
    return strand
