"""Radiographs with reference and predicted boxes, and with what attributes attend to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from data_contracts.pictures.grey import Picture
from model.figures.style import REFERENCE, new_figure
from model.methods.registry import OURS, colour_of
from model.scoring.overlap import Boxes

_COLUMNS: Final = 4
_MAPS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Overlay:
    """A radiograph with what was found on it.

    Attributes:
        picture: [H, W] 0 to 1.
        reference: [N, 4] in its pixels.
        predicted: [M, 4] in its pixels, those that count.
        title: what it is there for.
        maps: [h, w] over the image, by concept, the likeliest first.
    """

    picture: Picture
    reference: Boxes
    predicted: Boxes
    title: str
    maps: Mapping[str, npt.NDArray[Any]]


def draw_boxes(found: Sequence[Overlay], failed: Sequence[Overlay]) -> Figure:
    """A sheet: chance picks in the upper rows, the worst failures in the lowest."""
    rows = -(-len(found) // _COLUMNS) + -(-len(failed) // _COLUMNS)
    figure = new_figure(2.6 * _COLUMNS, 2.75 * max(rows, 1))
    axes = np.atleast_2d(figure.subplots(max(rows, 1), _COLUMNS)).reshape(-1)
    upper = -(-len(found) // _COLUMNS) * _COLUMNS
    for each in axes:
        each.set_axis_off()
    for number, overlay in [*enumerate(found), *enumerate(failed, start=upper)]:
        _show(axes[number], overlay)
        axes[number].set_title(overlay.title, fontsize=8, loc="left")
    figure.suptitle(
        "yellow: reference boxes; blue: predicted without a report; last row: worst failures",
        fontsize=9,
        x=0.01,
        ha="left",
    )
    return figure


def draw_attention(found: Sequence[Overlay]) -> Figure:
    """A row for each radiograph: its boxes, then what its likeliest attributes attend to."""
    figure = new_figure(2.6 * (_MAPS_SHOWN + 1), 2.75 * max(len(found), 1))
    grid = np.atleast_2d(figure.subplots(max(len(found), 1), _MAPS_SHOWN + 1))
    for row, overlay in zip(grid, found, strict=False):
        _show(row[0], overlay)
        row[0].set_title(overlay.title, fontsize=8, loc="left")
        shown = [*overlay.maps.items()][:_MAPS_SHOWN]
        for axes, (concept, values) in zip(row[1:], shown, strict=False):
            _show(axes, overlay, boxes=False)
            height, width = overlay.picture.shape
            axes.imshow(
                values, cmap="inferno", alpha=0.45, extent=(0, width, height, 0), vmin=0, vmax=1,
                interpolation="bilinear",
            )  # fmt: skip
            axes.set_title(concept.partition(":")[2].replace("_", " "), fontsize=8, loc="left")
    for axes in grid.reshape(-1):
        axes.set_axis_off()
    return figure


def _show(axes: Any, overlay: Overlay, *, boxes: bool = True) -> None:
    height, width = overlay.picture.shape
    axes.imshow(overlay.picture, cmap="gray", extent=(0, width, height, 0), vmin=0, vmax=1)
    if boxes:
        for edges, colour, style in (
            *((own, REFERENCE, "--") for own in overlay.reference),
            *((own, colour_of(OURS), "-") for own in overlay.predicted),
        ):
            left, upper, right, lower = edges
            axes.add_patch(
                Rectangle(
                    (left, upper), right - left, lower - upper, fill=False, edgecolor=colour,
                    linewidth=1.4, linestyle=style,
                )
            )  # fmt: skip
