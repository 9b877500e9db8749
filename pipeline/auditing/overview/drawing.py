"""The page's own pictures, as data that lie in it."""

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from adjustText import adjust_text
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from data_contracts.concepts import CATEGORIES, category_of
from pipeline.auditing.overview.concept_map import Placed
from pipeline.auditing.overview.cooccurrence import Cooccurrence

#: Colours of the categories that stay apart for the colour-blind (Okabe and Ito 2008).
COLOURS: Final = {
    "finding": "#D55E00",
    "side": "#009E73",
    "zone": "#0072B2",
    "descriptor": "#CC79A7",
}


def as_picture(figure: Figure) -> str:
    """A figure as a `data:` address of an SVG."""
    written = io.BytesIO()
    # A fixed salt for its ids, and no date: equal tables give equal files.
    with rc_context({"svg.hashsalt": "pneumoloc", "svg.fonttype": "path"}):
        figure.savefig(written, format="svg", metadata={"Date": None}, bbox_inches="tight")
    return _address("image/svg+xml", written.getvalue())


def read_picture(path: Path) -> str:
    """A PNG file as a `data:` address."""
    return _address("image/png", path.read_bytes())


def draw_cooccurrence(counted: Cooccurrence, names: Mapping[str, str]) -> Figure:
    """Findings against places: the share of a finding's reports that see it there.

    Args:
        counted: what to draw.
        names: the concepts in plain words.
    """
    findings, places = counted.findings, (*counted.places, "no place")
    reports = np.column_stack([counted.reports, counted.unplaced])
    shares = reports / np.maximum(counted.affirmed, 1)[:, np.newaxis]
    size = (2.6 + 0.5 * len(places), 1.6 + 0.3 * len(findings))
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.argwhere(reports > 0):
        dark = shares[row, column] > 0.55
        axes.text(
            column,
            row,
            f"{reports[row, column]:,}",
            ha="center",
            va="center",
            fontsize=7,
            color="white" if dark else "#22303a",
        )
    axes.set_xticks(
        range(len(places)),
        [names.get(place, place) for place in places],
        rotation=40,
        ha="left",
        rotation_mode="anchor",
        fontsize=8,
    )
    axes.xaxis.tick_top()
    axes.set_yticks(
        range(len(findings)),
        [
            f"{names.get(finding, finding)} ({total:,})"
            for finding, total in zip(findings, counted.affirmed, strict=True)
        ],
        fontsize=8,
    )
    axes.tick_params(length=0)
    for edge in axes.spines.values():
        edge.set_visible(False)
    for border in (sum(place.startswith("side:") for place in places) - 0.5, len(places) - 1.5):
        axes.axvline(border, color="white", linewidth=3)
    return figure


def draw_map(placed: Sequence[Placed], names: Mapping[str, str]) -> Figure:
    """The map of the concepts, by category; the area of a dot tells how often it is named."""
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    axes = figure.subplots()
    most = max(one.count for one in placed) or 1
    for category in CATEGORIES:
        of_category = [one for one in placed if category_of(one.concept_id) == category]
        axes.scatter(
            [one.x for one in of_category],
            [one.y for one in of_category],
            s=[12 + 300 * one.count / most for one in of_category],
            color=COLOURS[category],
            alpha=0.55,
            linewidths=0,
        )
    labels = [
        axes.text(
            one.x,
            one.y,
            names.get(one.concept_id, one.concept_id),
            fontsize=8,
            color="#22303a",
        )
        for one in placed
    ]
    axes.set(xticks=[], yticks=[])
    axes.margins(0.08)
    for edge in axes.spines.values():
        edge.set_color("#d5dde3")
    axes.legend(
        handles=[
            Line2D([], [], marker="o", linestyle="", color=COLOURS[category], label=category)
            for category in CATEGORIES
        ],
        loc="upper center",
        bbox_to_anchor=(0.5, 0),
        ncols=len(CATEGORIES),
        frameon=False,
    )
    adjust_text(
        labels,
        x=[one.x for one in placed],
        y=[one.y for one in placed],
        ax=axes,
        arrowprops={"arrowstyle": "-", "color": "#9aa7b1", "lw": 0.6},
        time_lim=None,
        iter_lim=120,
    )
    return figure


def _address(kind: str, written: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(written).decode('ascii')}"
