"""One radiograph with what was found on it."""

import textwrap
from collections.abc import Sequence
from typing import Any, Final

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from data_contracts.pictures.grey import Picture
from model.figures.style import new_figure
from model.methods.registry import OURS, colour_of
from model.reading.findings import Findings, FoundBox
from model.reading.severity_words import extent_in_words, opacity_in_words

_SIDE: Final = 7.0
_BESIDE: Final = 2.8
_LETTERS_PER_INCH: Final = 19
_LIKELIEST: Final = 8
_WORDS: Final = 3


def draw_reading(
    picture: Picture, findings: Findings, least_score: float, caption: Sequence[str] = ()
) -> Figure:
    """The radiograph with its boxes, each with its score and words; probabilities beside it.

    Boxes below the threshold are not drawn: whoever reads radiographs takes any frame for a
    finding. How many there are is said in words.

    Args:
        picture: [H, W] 0 to 1.
        findings: of the whole image, all boxes.
        least_score: from which on boxes are drawn.
        caption: what is to stand below, such as whose weights these are; a paragraph each.
    """
    height, width = picture.shape
    across = _SIDE * min(width / height, 1.6)
    figure = new_figure(across + _BESIDE, _SIDE)
    axes, beside = figure.subplots(1, 2, width_ratios=(across, _BESIDE))
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, extent=(0, width, height, 0))
    for box in findings.boxes:
        if box.score >= least_score:
            _draw_box(axes, box)
    axes.set_axis_off()
    beside.set_axis_off()
    beside.text(
        0, 1, _text(findings, least_score), fontsize=9, va="top", transform=beside.transAxes
    )
    if caption:
        columns = int((across + _BESIDE) * _LETTERS_PER_INCH)
        lines = [line for text in caption for line in textwrap.wrap(text, columns)]
        figure.supxlabel("\n".join(lines), fontsize=7, x=0.01, ha="left")
    return figure


def _draw_box(axes: Any, box: FoundBox) -> None:
    left, upper, right, lower = box.edges
    axes.add_patch(
        Rectangle(
            (left, upper), right - left, lower - upper, fill=False,
            edgecolor=colour_of(OURS), linewidth=2,
        )
    )  # fmt: skip
    # A line each: side by side they would cover the other lung's box.
    words = "\n".join(_name(concept) for concept in [*box.attributes][:_WORDS])
    axes.text(
        left, upper, f"{box.score:.2f}  {words}", fontsize=8, color="white", va="bottom",
        bbox={"facecolor": colour_of(OURS), "edgecolor": "none", "pad": 1.5}, clip_on=True,
    )  # fmt: skip


def _text(findings: Findings, least_score: float) -> str:
    shown = sum(box.score >= least_score for box in findings.boxes)
    below = len(findings.boxes) - shown
    boxes = f"{shown} box" + ("" if shown == 1 else "es")
    lines = [findings.image_id[:32], "", f"{boxes}, drawn from {least_score:.2f} on"]
    if below:
        lines.append(f"({below} less certain, not drawn)")
    if findings.severity is not None:
        lines += [
            f"extent {extent_in_words(findings.severity)}",
            f"opacity {opacity_in_words(findings.severity)}",
        ]
    likeliest = sorted(findings.probabilities.items(), key=lambda item: -item[1])[:_LIKELIEST]
    return "\n".join([*lines, "", *(f"{value:.2f}  {_name(name)}" for name, value in likeliest)])


def _name(concept: str) -> str:
    return concept.partition(":")[2].replace("_", " ")
