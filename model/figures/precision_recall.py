"""Precision over recall of all boxes, the most certain first."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from model.figures.style import in_order, new_figure, plain
from model.methods.registry import OURS, colour_of, label_of
from model.reading.scored import Scored
from model.scoring.localization import ImageBoxes
from model.scoring.matching import match
from model.scoring.overlap import Boxes, iou

_OVERLAPS = (0.3, 0.5)


def draw_precision_recall(scored: Mapping[str, Scored]) -> Figure:
    """A curve for each method at IoU 0.3 and 0.5."""
    figure = new_figure(10.5, 4.2)
    for axes, overlap in zip(figure.subplots(1, 2), _OVERLAPS, strict=True):
        for method in in_order(list(scored)):
            images = [image.boxes for image in scored[method].parts["localization"]]
            recall, precision = precision_recall(images, overlap)
            axes.plot(
                recall,
                precision,
                color=colour_of(method),
                label=label_of(method),
                linewidth=2.4 if method == OURS else 1.3,
            )
        axes.set_title(f"IoU {overlap}", loc="left", fontsize=11)
        axes.set_xlabel("recall: share of the boxes that are found")
        axes.set_ylabel("precision: share of what is shown that is right")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.02)
        plain(axes)
        axes.legend(frameon=False, fontsize=8, loc="upper right")
    return figure


def precision_recall(images: Sequence[ImageBoxes], overlap: float) -> tuple[Boxes, Boxes]:
    """[N] recall and [N] precision of the N most certain boxes of all images.

    Empty where nothing is predicted or nothing is to be found.
    """
    hits = [
        match(iou(image.predicted, image.reference), image.scores, overlap).of_prediction >= 0
        for image in images
    ]
    wanted = sum(len(image.reference) for image in images)
    scores = np.concatenate([np.zeros(0), *(image.scores for image in images)])
    if not wanted or not len(scores):
        return np.zeros(0), np.zeros(0)
    found = np.cumsum(np.concatenate(hits)[np.argsort(-scores, kind="stable")])
    return found / wanted, found / np.arange(1, len(found) + 1)
