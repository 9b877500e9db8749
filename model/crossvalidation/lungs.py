"""Where the lungs lie on the images of a cross-validation, as the data set says."""

from typing import Final

from model.settings import CohortSettings
from model.tensors.cohorts import Cohort, open_cohort

_LUNGS: Final = ("Left Lung", "Right Lung")


def open_lungs(images: CohortSettings) -> Cohort:
    """The cohort with the boxes of the lungs alone; many images have none.

    Args:
        images: where it lies.

    Raises:
        TableNotFoundError: there is no table of images or boxes.
        CohortError: it has no image, or a path leads out of its root.
    """
    return open_cohort("localization", images, _LUNGS)
