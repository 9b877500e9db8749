"""The reliability figure: precision and recall by concept, and what each assertion is worth."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from data_contracts.concepts import ASSERTIONS
from pipeline.labelling.decision import Decision

#: Colours that stay apart for the colour-blind (Okabe and Ito 2008).
COLOURS: Final = {
    "affirmed": "#0072B2",
    "uncertain": "#E69F00",
    "negated": "#D55E00",
    "historical": "#999999",
    "hypothetical": "#CC79A7",
    "removed": "#000000",
}
_MOST: Final = 30


def draw_reliability(measures: pa.Table, decisions: Sequence[Decision]) -> Figure:
    """Draw what reviews say.

    Left, precision and recall of the concepts that were reviewed most, with 95% intervals. Right,
    what reviewers made of the mentions of each assertion: a reliable assertion is one colour.

    Args:
        measures: rows of the measures table.
        decisions: the decisions that stand.
    """
    concepts = [row for row in measures.to_pylist() if row["kind"] == "concept"]
    concepts = sorted(concepts, key=lambda row: -row["reviewed"])[:_MOST][::-1]
    height = max(3.2, 0.28 * len(concepts) + 1.4)
    figure = Figure(figsize=(11, height), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    for shift, ratio, colour in ((0.15, "precision", "#0072B2"), (-0.15, "recall", "#D55E00")):
        known = [(i, row) for i, row in enumerate(concepts) if row[ratio] is not None]
        left.errorbar(
            [row[ratio] for _, row in known],
            [i + shift for i, _ in known],
            xerr=[
                [row[ratio] - row[f"{ratio}_low"] for _, row in known],
                [row[f"{ratio}_high"] - row[ratio] for _, row in known],
            ],
            fmt="o",
            markersize=4,
            linewidth=1,
            color=colour,
            label=ratio,
        )
    left.set_yticks(
        range(len(concepts)), [f"{row['name']} ({row['reviewed']})" for row in concepts], fontsize=8
    )
    left.set(xlim=(-0.02, 1.02), title="Precision and recall by concept (mentions reviewed)")
    left.grid(axis="x", alpha=0.3)
    if concepts:
        left.legend(loc="lower left", fontsize=8)
    _draw_assertions(right, decisions)
    return figure


def _draw_assertions(axes: Axes, decisions: Sequence[Decision]) -> None:
    became: dict[str, Counter[str]] = {name: Counter() for name in ASSERTIONS}
    for decision in decisions:
        if decision.before_assertion is not None:
            after = "removed" if decision.action == "remove" else str(decision.after_assertion)
            became[decision.before_assertion][after] += 1
    names = [name for name in ASSERTIONS if became[name]][::-1]
    left = [0.0] * len(names)
    for after, colour in COLOURS.items():
        shares = [became[name][after] / sum(became[name].values()) for name in names]
        if any(shares):
            axes.barh(names, shares, left=left, color=colour, label=after, height=0.6)
        left = [sum(pair) for pair in zip(left, shares, strict=True)]
    axes.set_yticks(range(len(names)), [f"{name} ({sum(became[name].values())})" for name in names])
    axes.set(xlim=(0, 1), title="What reviewers say of each assertion given")
    if names:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=3, fontsize=8)
