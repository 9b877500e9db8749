"""FROC: the share of boxes found over the false positives that it costs."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from model.figures.style import by_overlap, in_order, line_of, name_lines, new_figure
from model.reading.scored import Scored
from model.scoring.froc import FALSE_POSITIVES, Points, froc_curve, sensitivity_at
from model.scoring.localization import ImageBoxes
from model.scoring.overlap import iou
from model.scoring.ranked_boxes import rank_boxes


def draw_froc(scored: Mapping[str, Scored]) -> Figure:
    """A curve for each method at IoU 0.3 and 0.5, a point where sensitivity is read."""
    figure = new_figure(10.5, 4.5)
    for axes, overlap in by_overlap(figure):
        for method in in_order(list(scored)):
            images = [image.boxes for image in scored[method].parts["localization"]]
            costs, found = froc_of(images, overlap)
            axes.plot(
                costs,
                found,
                **line_of(method),
                marker="o",
                markersize=3,
                markevery=np.flatnonzero(np.isin(costs, FALSE_POSITIVES)).tolist(),
            )
        axes.set_xlabel("false positives per image")
        axes.set_ylabel("sensitivity: share of the boxes that are found")
        axes.set_xlim(0, max(FALSE_POSITIVES))
        axes.set_ylim(0, 1)
    name_lines(figure)
    return figure


def froc_of(images: Sequence[ImageBoxes], overlap: float) -> tuple[Points, Points]:
    """[K] false positives an image up to the most that is shown, and [K] sensitivity at each.

    Among them are those at which sensitivity is read. Without reference boxes all is NaN.
    """
    overlaps = [iou(image.predicted, image.reference) for image in images]
    curve = froc_curve(rank_boxes(images, overlaps, overlap), np.ones((1, len(images))))
    corners, found = curve.false_positives[0], curve.sensitivity[0]
    shown = corners < max(FALSE_POSITIVES)
    read = np.array([sensitivity_at(curve, number)[0] for number in FALSE_POSITIVES])
    costs = np.concatenate([corners[shown], FALSE_POSITIVES])
    order = np.argsort(costs, kind="stable")
    return costs[order], np.concatenate([found[shown], read])[order]
