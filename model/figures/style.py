"""What all figures share: the order of the methods, plain axes, and how a file is written."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from model.methods.registry import drawn_methods

#: Colour of the reference boxes.
REFERENCE: Final = "#F0E442"


def in_order(methods: Sequence[str]) -> list[str]:
    """Those of the methods that have a colour, ours first."""
    return [name for name in drawn_methods() if name in methods]


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of that size in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def plain(axes: Any) -> None:
    """Take away the lines that say nothing."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    axes.set_axisbelow(True)


def save(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG, whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    figure.savefig(partial, format="png", dpi=130, metadata={"Software": None})
    os.replace(partial, path)
    return path
