"""Lines, tubes and hardware: what lies over the picture and is no disease."""

from collections.abc import Callable
from typing import Final

import numpy as np

from model.phantom.anatomy import LEFT, RIGHT
from model.phantom.plane import Field, Plane, blob

_LINE: Final = 0.0035
_STEPS: Final = 80
#: Widths of a line beyond which it adds less than float32 can hold: nothing.
_SEEN: Final = 24
_Points = list[tuple[float, float]]


def device_density(plane: Plane, device: str, rng: np.random.Generator) -> Field:
    """[S, S] what a device adds to the density.

    Raises:
        KeyError: there is no such device.
    """
    return _DEVICES[device](plane, rng)


def _line(plane: Plane, points: _Points, width: float = _LINE, weight: float = 0.30) -> Field:
    """A line through `points` of (across, down), its corners rounded."""
    corners = np.array(points)
    at = np.linspace(0, len(points) - 1, _STEPS)
    knots = np.arange(len(points))
    x, y = (np.interp(at, knots, corners[:, axis]) for axis in (0, 1))
    kernel = np.ones(9) / 9
    x[4:-4], y[4:-4] = np.convolve(x, kernel, "valid"), np.convolve(y, kernel, "valid")
    nearest = np.full_like(plane.across, np.inf)
    for x0, y0, x1, y1 in zip(x[:-1], y[:-1], x[1:], y[1:], strict=True):
        dx, dy = x1 - x0, 2 * (y1 - y0)
        near = plane.window(sorted((x0, x1)), sorted((y0, y1)), _SEEN * width)
        right, below = plane.across[near] - x0, 2 * (plane.down[near] - y0)
        share = np.clip((right * dx + below * dy) / (dx**2 + dy**2 + 1e-9), 0, 1)
        distance = (right - share * dx) ** 2 + (below - share * dy) ** 2
        nearest[near] = np.minimum(nearest[near], distance)
    line: Field = (weight * np.exp(-nearest / (2 * width) ** 2)).astype(np.float32)
    return line


def _picc(side: int) -> Callable[[Plane, np.random.Generator], Field]:
    def draw(plane: Plane, rng: np.random.Generator) -> Field:
        tip = 0.44 + rng.normal(0, 0.02)
        return _line(
            plane,
            [(side * 0.95, 0.42), (side * 0.66, 0.20), (side * 0.25, 0.20), (-0.05, 0.25),
             (-0.06, tip)],
        )  # fmt: skip

    return draw


def _port(plane: Plane, rng: np.random.Generator) -> Field:
    x, y = -0.42 + rng.normal(0, 0.03), 0.30 + rng.normal(0, 0.02)
    reservoir = 0.32 * blob(plane.across - x, plane.down - y, 0.12, 0.06, 0.08)
    rim = 0.12 * blob(plane.across - x, plane.down - y, 0.16, 0.08, 0.06)
    return np.maximum(reservoir, rim) + _line(
        plane, [(x, y), (-0.3, 0.17), (-0.09, 0.2), (-0.06, 0.45)]
    )


def _pacemaker(plane: Plane, rng: np.random.Generator) -> Field:
    x, y = 0.50 + rng.normal(0, 0.02), 0.25 + rng.normal(0, 0.01)
    can = 0.42 * blob(plane.across - x, plane.down - y, 0.19, 0.10, 0.05)
    leads = [
        _line(plane, [(x, y), (0.22, 0.19), (-0.05, 0.24), (-0.08, 0.50), tip])
        for tip in ((-0.10, 0.60), (0.20, 0.70))
    ]
    return np.maximum(can, np.maximum(*leads))


def _sternotomy(plane: Plane, rng: np.random.Generator) -> Field:
    wires = np.zeros_like(plane.across)
    for number in range(6):
        y = 0.27 + 0.072 * number + rng.normal(0, 0.004)
        ring = np.sqrt((plane.across / 0.030) ** 2 + ((plane.down - y) / 0.012) ** 2)
        wires = np.maximum(wires, 0.30 * np.exp(-(((ring - 1) / 0.22) ** 2)))
    return wires.astype(np.float32)


def _tubes(plane: Plane, rng: np.random.Generator) -> Field:
    carina = 0.36
    airway = _line(plane, [(0.0, 0.0), (-0.005, 0.15), (-0.01, carina - rng.uniform(0.04, 0.09))],
                   width=0.006, weight=0.16)  # fmt: skip
    feeding = _line(plane, [(0.015, 0.0), (0.02, 0.3), (0.03, 0.7), (0.20, 0.86), (0.33, 0.9)])
    return np.maximum(airway, feeding)


_DEVICES: Final[dict[str, Callable[[Plane, np.random.Generator], Field]]] = {
    "picc_right": _picc(RIGHT),
    "picc_left": _picc(LEFT),
    "port": _port,
    "pacemaker": _pacemaker,
    "sternotomy": _sternotomy,
    "tubes": _tubes,
}
