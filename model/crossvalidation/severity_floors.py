"""The floor that severity has to leave behind: the mean, and a line on lung intensity."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from data_contracts.pictures.pixels import read_pixels
from model.crossvalidation.folds import Fold
from model.crossvalidation.lungs import open_lungs
from model.settings import CohortSettings
from model.tensors.cohorts import Cohort, CohortImage


def severity_floors(
    images: CohortSettings,
    severity: Mapping[str, tuple[float, float]],
    folds: Sequence[Fold],
) -> dict[str, dict[str, tuple[float, float]]]:
    """The floor that severity has to leave behind: the mean, and a line on lung intensity."""
    lungs = open_lungs(images)
    brightness = {
        image.image_id: _brightness(lungs, image)
        for image in lungs.images
        if image.image_id in severity
    }
    found: dict[str, dict[str, tuple[float, float]]] = {"mean_predictor": {}, "lung_intensity": {}}
    for fold in folds:
        rest = [name for name in brightness if name not in fold.test]
        x = np.array([brightness[name] for name in rest])
        y = np.array([severity[name] for name in rest])
        lines = [np.polyfit(x, y[:, column], 1) for column in range(y.shape[1])]
        mean = y.mean(axis=0)
        for name in fold.test & set(brightness):
            extent, opacity = (float(np.polyval(line, brightness[name])) for line in lines)
            found["mean_predictor"][name] = (float(mean[0]), float(mean[1]))
            found["lung_intensity"][name] = (extent, opacity)
    return found


def _brightness(lungs: Cohort, image: CohortImage) -> float:
    """Mean intensity within the lungs' boxes, or of the whole image where they are not known."""
    picture = read_pixels(lungs.path(image))
    boxes = lungs.reference(image).round().astype(int)
    within: npt.NDArray[np.bool_] = np.full(picture.shape, not len(boxes))
    for left, upper, right, lower in boxes:
        within[upper:lower, left:right] = True
    return float(picture[within].mean())
