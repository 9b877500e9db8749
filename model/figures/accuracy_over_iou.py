"""Accuracy over the IoU that counts, and what it costs in false positives."""

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from model.figures.style import in_order, line_of, name_lines, new_figure, plain
from model.methods.registry import colour_of


def draw_accuracy(rows: Sequence[dict[str, Any]]) -> Figure:
    """A line for each method with its 95% interval; false positives beside it.

    Args:
        rows: of the contract `scores`.
    """
    figure = new_figure(10.5, 4.5)
    left, right = figure.subplots(1, 2)
    chosen = [
        row
        for row in rows
        if row["cohort"] == "localization" and row["overlap"] == "iou" and row["value"] is not None
    ]
    for axes, score, title in (
        (left, "accuracy", "Accuracy: boxes found"),
        (right, "false_positives", "False positives per image"),
    ):
        of_score = [row for row in chosen if row["score"] == score]
        for method in in_order(list({row["method"] for row in of_score})):
            _line(axes, method, [row for row in of_score if row["method"] == method])
        axes.set_title(title, loc="left", fontsize=11)
        axes.set_xlabel("IoU from which on a box counts as found")
        axes.set_ylim(bottom=0)
        plain(axes)
    left.set_ylim(0, 1)
    name_lines(figure)
    return figure


def _line(axes: Any, method: str, rows: list[dict[str, Any]]) -> None:
    rows = sorted(rows, key=lambda row: row["threshold"])
    x = [row["threshold"] for row in rows]
    axes.plot(
        x,
        [row["value"] for row in rows],
        **line_of(method),
        marker="o",
        markersize=3,
    )
    if all(row["low"] is not None and row["high"] is not None for row in rows):
        axes.fill_between(
            x,
            [row["low"] for row in rows],
            [row["high"] for row in rows],
            color=colour_of(method),
            alpha=0.15,
            linewidth=0,
        )
