"""What all figures share: the order of the methods, plain axes, and how a file is written."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from data_contracts.whole_files import whole_file
from model.methods.registry import OURS, colour_of, drawn_methods, label_of
from model.scoring.scorecard import RANKED_AT

#: Colour of the reference boxes.
REFERENCE: Final = "#F0E442"
_NAMES_A_ROW: Final = 8


def in_order(methods: Sequence[str]) -> list[str]:
    """Those of the methods that have a colour, ours first."""
    return [name for name in drawn_methods() if name in methods]


def line_of(method: str) -> dict[str, Any]:
    """How a method's line is drawn in every figure: colour, label and width, ours the widest."""
    return {
        "color": colour_of(method),
        "label": label_of(method),
        "linewidth": 2.4 if method == OURS else 1.3,
    }


def by_overlap(figure: Figure) -> Iterator[tuple[Any, float]]:
    """Two panels side by side, each with the IoU at which rankings of boxes are scored."""
    for axes, overlap in zip(figure.subplots(1, len(RANKED_AT)), RANKED_AT, strict=True):
        axes.set_title(f"IoU {overlap}", loc="left", fontsize=11)
        plain(axes)
        yield axes, overlap


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


def name_lines(figure: Figure) -> None:
    """Say below all panels which line is which method's, where the names cover no line."""
    drawn = [axes.get_legend_handles_labels() for axes in figure.axes]
    lines = {label: line for panel in drawn for line, label in zip(*panel, strict=True)}
    labels, handles = list(lines), list(lines.values())
    # Rows that are equally full.
    columns = math.ceil(len(labels) / math.ceil(len(labels) / _NAMES_A_ROW)) if labels else 1
    figure.legend(
        handles, labels, loc="outside lower center", ncols=columns, frameon=False, fontsize=8
    )


def save(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG, whole or not at all."""
    with whole_file(path) as partial:
        figure.savefig(partial, format="png", dpi=130, metadata={"Software": None})
    return path
