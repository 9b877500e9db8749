"""Precision over recall of all boxes, the most certain first."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from model.figures.style import by_overlap, in_order, line_of, name_lines, new_figure
from model.reading.scored import Scored
from model.scoring.localization import ImageBoxes
from model.scoring.overlap import Boxes, iou
from model.scoring.ranked_boxes import rank_boxes


def draw_precision_recall(scored: Mapping[str, Scored]) -> Figure:
    """A curve for each method at IoU 0.3 and 0.5."""
    figure = new_figure(10.5, 4.5)
    for axes, overlap in by_overlap(figure):
        for method in in_order(list(scored)):
            images = [image.boxes for image in scored[method].parts["localization"]]
            recall, precision = precision_recall(images, overlap)
            axes.plot(recall, precision, **line_of(method))
        axes.set_xlabel("recall: share of the boxes that are found")
        axes.set_ylabel("precision: share of what is shown that is right")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.02)
    name_lines(figure)
    return figure


def precision_recall(images: Sequence[ImageBoxes], overlap: float) -> tuple[Boxes, Boxes]:
    """[N] recall and [N] precision of the N most certain boxes of all images.

    Empty where nothing is predicted or nothing is to be found.
    """
    overlaps = [iou(image.predicted, image.reference) for image in images]
    ranked = rank_boxes(images, overlaps, overlap)
    wanted = ranked.wanted.sum()
    if not wanted or not len(ranked.scores):
        return np.zeros(0), np.zeros(0)
    found = np.cumsum(ranked.hits[np.argsort(-ranked.scores, kind="stable")])
    return found / wanted, found / np.arange(1, len(found) + 1)
