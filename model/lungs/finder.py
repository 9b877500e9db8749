"""Finds the boxes of both lungs from cells, as boxes on other images teach."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from model.lungs.cells import Cells
from model.scoring.overlap import Boxes

# Features of a cell are many and alike; a tenth and ten times of it find boxes hardly worse.
_STRENGTH: Final = 3000.0
_SIDES: Final = 2
# Lines to a cell at which a box's edge may lie.
_FINER: Final = 2


class LungFinder:
    """A ridge regression from a cell to its share within the right and the left lung's box.

    Args:
        images: [N] cells of images whose lungs are known.
        lungs: [N] of [2, 4], their boxes over the square's side, 0 to 1; the one whose centre is
            further left in the picture comes first.
    """

    def __init__(self, images: Sequence[Cells], lungs: Sequence[Boxes]) -> None:
        self._mean = np.mean(lungs, axis=0)
        shares = [_shares(own, cells.shape[-1]) for own, cells in zip(lungs, images, strict=True)]
        self._line: Pipeline = make_pipeline(StandardScaler(), Ridge(_STRENGTH))
        self._line.fit(np.concatenate([_rows(cells) for cells in images]), np.concatenate(shares))

    def find(self, cells: Cells) -> Boxes:
        """[2, 4] both lungs, over the square's side; the one further left in the picture first.

        A lung's box is the rectangle over which its shares exceed one half by most in sum; where
        they nowhere do, it is the mean box of the training images.
        """
        side = cells.shape[-1]
        shares = self._line.predict(_rows(cells)).reshape(side, side, _SIDES)
        found = np.stack([_best_rectangle(shares[..., lung]) for lung in range(_SIDES)])
        empty = (found[:, 2:] <= found[:, :2]).any(axis=1)
        found[empty] = self._mean[empty]
        return found[np.argsort(found[:, 0] + found[:, 2], kind="stable")]


def _rows(cells: Cells) -> npt.NDArray[np.float32]:
    """[G * G, F + 9] what is seen in each cell, and where it lies."""
    side = cells.shape[-1]
    middles = (np.arange(side, dtype=np.float32) + 0.5) / side
    y, x = (part.ravel() for part in np.meshgrid(middles, middles, indexing="ij"))
    waves = [wave(2 * np.pi * along) for wave in (np.sin, np.cos) for along in (x, y)]
    place = np.stack([x, y, x**2, y**2, x * y, *waves], axis=1)
    seen = cells.reshape(cells.shape[0], -1).T.astype(np.float32)
    return np.concatenate([seen, place], axis=1)


def _shares(lungs: Boxes, side: int) -> npt.NDArray[np.float32]:
    """[G * G, 2] share of each cell within either lung's box."""
    edges = np.linspace(0, 1, side + 1)
    low, high = edges[:-1], edges[1:]
    across, down = (
        np.clip(
            np.minimum(lungs[:, axis + 2, None], high) - np.maximum(lungs[:, axis, None], low), 0, 1
        )
        * side
        for axis in (0, 1)
    )
    found: npt.NDArray[np.float32] = np.einsum("ny,nx->yxn", down, across).astype(np.float32)
    return found.reshape(-1, len(lungs))


def _best_rectangle(shares: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """[4] the rectangle over which [G, G] shares exceed one half by most, of edges 0 to 1."""
    fine = np.kron(shares - 0.5, np.ones((_FINER, _FINER)))
    side = len(fine)
    sums = np.zeros((side + 1, side + 1))
    sums[1:, 1:] = fine.cumsum(axis=0).cumsum(axis=1)
    # [upper, lower, column] sum of what lies between two rows and left of a column.
    between = sums[None, :, :] - sums[:, None, :]
    least = np.minimum.accumulate(between, axis=2)
    upper, lower, right = np.unravel_index(np.argmax(between - least), between.shape)
    left = int(np.argmin(between[upper, lower, : right + 1]))
    return np.array([left, upper, right, lower]) / side
