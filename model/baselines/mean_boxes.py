"""Mean boxes: where boxes lie on average, on every image alike."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.scoring.overlap import Boxes, iou
from model.tensors.cohorts import Cohort, CohortImage


class MeanBoxes(NamedTuple):
    """Average boxes, the better one first.

    Attributes:
        edges: [N, 4] relative to the image; at most one for either half of the picture.
        scores: [N] mean IoU of each with all boxes that were averaged. The share that it reaches
            would say the same, but is 0 for both where boxes are small.
    """

    edges: Boxes
    scores: npt.NDArray[np.float64]


def mean_boxes(cohort: Cohort) -> MeanBoxes:
    """The average box of those that lie in the left half of the picture, and of the others.

    A box lies where its centre does. What is averaged are its edges, over the image's size.

    Args:
        cohort: images with reference boxes; without any there is no mean box.
    """
    drawn = _relative_boxes(cohort)
    in_left = drawn[:, [0, 2]].mean(axis=1) < 0.5
    halves = [half for half in (drawn[in_left], drawn[~in_left]) if len(half)]
    edges = np.array([half.mean(axis=0) for half in halves]).reshape(-1, 4)
    scores = iou(edges, drawn).mean(axis=1) if len(drawn) else np.zeros(0)
    order = np.argsort(-scores, kind="stable")
    return MeanBoxes(edges[order], scores[order])


def placed_on(image: CohortImage, boxes: MeanBoxes) -> Boxes:
    """[N, 4] mean boxes in the image's own pixels."""
    placed: Boxes = boxes.edges * np.array([image.width, image.height] * 2)
    return placed


def _relative_boxes(cohort: Cohort) -> Boxes:
    """[N, 4] edges of a cohort's reference boxes over their image's size."""
    boxes = [
        cohort.reference(image) / np.array([image.width, image.height] * 2)
        for image in cohort.images
    ]
    found: Boxes = np.concatenate([np.zeros((0, 4)), *boxes])
    return found
