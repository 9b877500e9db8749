"""What all figures share: names, order and colours of the methods, and how a file is written."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe and Ito 2008: told apart by colour-blind readers too.
_COLOURS: Final = {
    "cross_attention": "#0072B2",
    "detector": "#009E73",
    "cam": "#D55E00",
    "grad_cam": "#E69F00",
    "hide_and_seek": "#CC79A7",
    "shuffled_reports": "#56B4E9",
    "without_text": "#7A5195",
    "random": "#777777",
}
_OTHER: Final = "#AAAAAA"
REFERENCE: Final = "#F0E442"
OURS: Final = "cross_attention"


def colour_of(method: str) -> str:
    """The method's colour, the same in every figure."""
    return _COLOURS.get(method, _OTHER)


def name_of(method: str) -> str:
    """The method's name as figures show it."""
    return {"cam": "CAM", "grad_cam": "Grad-CAM"}.get(method, method.replace("_", " "))


def in_order(methods: Sequence[str]) -> list[str]:
    """Methods that have a colour, ours first."""
    return [name for name in _COLOURS if name in methods]


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
