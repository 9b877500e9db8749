"""Random boxes: the floor that every method has to leave behind."""

import numpy as np

from model.scoring.overlap import Boxes
from model.tensors.cohorts import Cohort, CohortImage


def relative_sizes(cohort: Cohort) -> Boxes:
    """[N, 2] widths and heights of a cohort's reference boxes over their image's."""
    sizes = [
        (cohort.reference(image)[:, 2:] - cohort.reference(image)[:, :2])
        / np.array([image.width, image.height])
        for image in cohort.images
    ]
    found: Boxes = np.concatenate([np.zeros((0, 2)), *sizes])
    return found


def random_boxes(
    image: CohortImage, sizes: Boxes, rng: np.random.Generator, count: int = 2
) -> Boxes:
    """[count, 4] boxes of sizes that reference boxes have, anywhere on the image.

    Args:
        image: where.
        sizes: [N, 2] to draw from, relative to the image.
        rng: where they come from.
        count: how many.
    """
    chosen = np.minimum(sizes[rng.integers(len(sizes), size=count)], 1.0)
    corner = rng.random((count, 2)) * (1 - chosen)
    scale = np.array([image.width, image.height] * 2)
    boxes: Boxes = np.concatenate([corner, corner + chosen], axis=1) * scale
    return boxes
