"""One radiograph with what was found on it."""

from collections.abc import Sequence
from typing import Final

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from data_contracts.pictures.grey import Picture
from model.figures.style import new_figure
from model.methods.registry import OURS, colour_of
from model.reading.findings import Findings, FoundBox

_SIDE: Final = 7.0
_LIKELIEST: Final = 8
_WORDS: Final = 3


def draw_reading(picture: Picture, findings: Findings, shown: Sequence[FoundBox]) -> Figure:
    """The radiograph with boxes, each with its score and words; probabilities beside it.

    Args:
        picture: [H, W] 0 to 1.
        findings: of the whole image.
        shown: the boxes to draw.
    """
    height, width = picture.shape
    figure = new_figure(_SIDE * min(width / height, 1.6) + 2.8, _SIDE)
    axes, beside = figure.subplots(1, 2, width_ratios=(_SIDE * min(width / height, 1.6), 2.8))
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1, extent=(0, width, height, 0))
    for box in shown:
        left, upper, right, lower = box.edges
        axes.add_patch(
            Rectangle(
                (left, upper), right - left, lower - upper, fill=False,
                edgecolor=colour_of(OURS), linewidth=2,
            )
        )  # fmt: skip
        words = ", ".join(_name(concept) for concept in [*box.attributes][:_WORDS])
        axes.text(
            left, upper, f"{box.score:.2f}  {words}", fontsize=8, color="white", va="bottom",
            bbox={"facecolor": colour_of(OURS), "edgecolor": "none", "pad": 1.5}, clip_on=True,
        )  # fmt: skip
    axes.set_axis_off()
    beside.set_axis_off()
    beside.text(0, 1, _text(findings, shown), fontsize=9, va="top", transform=beside.transAxes)
    return figure


def _text(findings: Findings, shown: Sequence[FoundBox]) -> str:
    boxes = f"{len(shown)} box" + ("" if len(shown) == 1 else "es")
    lines = [findings.image_id[:32], "", boxes]
    if findings.severity is not None:
        lines += [
            f"extent {findings.severity.geographic_extent:.1f} of 8",
            f"opacity {findings.severity.opacity:.1f} of 6",
        ]
    likeliest = sorted(findings.probabilities.items(), key=lambda item: -item[1])[:_LIKELIEST]
    return "\n".join([*lines, "", *(f"{value:.2f}  {_name(name)}" for name, value in likeliest)])


def _name(concept: str) -> str:
    return concept.partition(":")[2].replace("_", " ")
