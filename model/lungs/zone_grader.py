"""Grades cells of the lungs, as radiologists' grades of whole zones on other images teach."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from model.lungs.cells import Cells
from model.scoring.overlap import Boxes
from model.scoring.zones import ZoneValues, zone_boxes, zone_evidence

# Strengths of the ridge, one of which cross-validation within the training images takes.
_STRENGTHS: Final = (30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)
_FOLDS: Final = 4


class ZoneGrader:
    """A ridge regression from the mean features of a zone to its grade.

    The mean of what a line says of cells is what it says of their mean. So the same line grades
    single cells, though no cell was ever graded.

    Args:
        images: [N] cells of graded images.
        lungs: [N] of [2, 4], both lungs over the square's side, 0 to 1.
        grades: [N, 6] of the zones, in the order of `zone_boxes`; NaN where not known.
        patients: [N] of the images; no patient is on both sides of a split that the ridge's
            strength is chosen by.
    """

    def __init__(
        self,
        images: Sequence[Cells],
        lungs: Sequence[Boxes],
        grades: ZoneValues,
        patients: Sequence[Any],
    ) -> None:
        known = ~np.isnan(grades)
        seen = [_means(cells, own) for cells, own in zip(images, lungs, strict=True)]
        groups = np.repeat(np.asarray(patients), known.shape[1])[known.ravel()]
        self._line = GridSearchCV(
            make_pipeline(StandardScaler(), Ridge()),
            {"ridge__alpha": _STRENGTHS},
            scoring="neg_mean_squared_error",
            cv=GroupKFold(min(_FOLDS, len(set(groups.tolist())))),
        )
        self._line.fit(np.concatenate(seen)[known.ravel()], grades[known], groups=groups)

    def grade(self, cells: Cells) -> npt.NDArray[np.float64]:
        """[G, G] grades of cells, about 0 to 3; of those outside the lungs they mean nothing."""
        flat = cells.reshape(cells.shape[0], -1).T.astype(np.float64)
        found: npt.NDArray[np.float64] = self._line.predict(flat)
        return found.reshape(cells.shape[1:])


def zone_grades_of(graded: npt.NDArray[Any], lungs: Boxes) -> ZoneValues:
    """[6] mean grade of each zone's cells, in the order of `zone_boxes`.

    Args:
        graded: [G, G] grades of cells over the square.
        lungs: [2, 4] both lungs over the square's side, 0 to 1.
    """
    return zone_evidence(graded, zone_boxes(lungs), 1, 1)


def _means(cells: Cells, lungs: Boxes) -> npt.NDArray[np.float64]:
    """[6, F] mean features of each zone's cells."""
    return zone_evidence(cells, zone_boxes(lungs), 1, 1).T
