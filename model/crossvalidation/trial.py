"""What every method is given in a cross-validation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from model.crossvalidation.folds import Fold
from model.label_tables import LabelTables
from model.scoring.zones import ZoneValues
from model.settings import ModelSettings
from model.tensors.cohorts import Cohort
from model.tensors.region_rows import ImageRegions


class RegionTable(NamedTuple):
    """Regions of all images: path of their table, and the same read."""

    path: Path
    images: list[ImageRegions]


@dataclass(frozen=True, slots=True)
class Trial:
    """What every method is given.

    Attributes:
        settings: of networks, queries and scores.
        cohort: the images.
        tables: folder of the label tables of their notes.
        notes: the same read.
        severity: image id to geographic extent (0 to 8) and opacity (0 to 6).
        lungs: the cohort with the boxes of the lungs, which many images lack.
        grades: image id to the grades of its zones; see `zone_grades`.
        folds: the patients' splits.
        models: folder of weights that were trained on other images.
        out: folder for checkpoints.
        detected: the trained detector's regions, found at the first call.
        windows: windows of a grid read by an untrained backbone, likewise.
    """

    settings: ModelSettings
    cohort: Cohort
    tables: Path
    notes: LabelTables
    severity: Mapping[str, tuple[float, float]]
    lungs: Cohort
    grades: Mapping[str, ZoneValues]
    folds: Sequence[Fold]
    models: Path
    out: Path
    detected: Callable[[], RegionTable]
    windows: Callable[[], RegionTable]

    def outside(self, fold: Fold) -> Cohort:
        """The images that are not in a fold's test split.

        Raises:
            CohortError: there are none.
        """
        others = (image for image in self.cohort.images if image.image_id not in fold.test)
        return self.cohort.only(others, "in the other folds")
