"""Maps and severity from graded zones of the lungs, in folds."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold

from model.baselines.reading import Mapped, best_share, findings_of_map
from model.crossvalidation.thresholds import fold_findings
from model.crossvalidation.trial import Trial
from model.detector.checkpoint import load_detector
from model.lungs.cells import Cells, read_cells
from model.lungs.finder import LungFinder
from model.lungs.zone_grader import ZoneGrader, zone_grades_of
from model.reading.findings import Findings, Severity
from model.reading.severity import MAX_SCORES, MIN_IMAGES
from model.scoring.overlap import Boxes
from model.tensors.apart import joined_patients
from model.tensors.pictures import Pictures

# Parts into which the images outside a fold's test split are cut once more.
_INNER: Final = 4
_HIGHEST_GRADE: Final = 3.0


@dataclass(frozen=True, slots=True)
class _Graded:
    """An image as grader and finder see it.

    Attributes:
        values: [G, G] grades of the cells in the found lungs over the highest, 0 to 1; 0 elsewhere.
        total: sum of the zones' grades.
    """

    values: npt.NDArray[np.float64]
    total: float


def fold_lung_zones(name: str, trial: Trial) -> Iterator[tuple[str, list[Findings]]]:
    """Findings on each fold's test images, or nothing where too few zones or lungs are known.

    Lungs are found, and cells in them graded, by lines on what the detector's body sees; extent and
    opacity are a line on the sum of the six zones' grades. All lines come from images of
    the other folds. What the last one, the share at which maps are cut, and the threshold of boxes
    are chosen on was read by lines from yet other images, as the test images are.

    Args:
        name: of the method.
        trial: images and folds.
    """
    known = _Known(trial)
    if min(len(known.lungs), len(trial.grades)) < MIN_IMAGES:
        return
    names = [image.image_id for image in trial.cohort.images]
    for fold in trial.folds:
        rest = [one for one in names if one not in fold.test]
        graded = known.grade(rest, fold.test) | known.grade_apart(rest)
        severity = _severity_of({one: graded[one].total for one in names}, rest, trial.severity)
        mapped = [
            Mapped(row, graded[one].values.astype(np.float32), 1.0, {})
            for row, one in enumerate(names)
        ]
        boxed = [one for one in mapped if names[one.position] in known.boxed_in(rest)]
        share = best_share(boxed, known.pictures)
        found = [
            replace(findings_of_map(one, known.pictures, share), severity=own)
            for one, own in zip(mapped, severity, strict=True)
        ]
        yield name, fold_findings(found, trial.cohort, fold)


class _Known:
    """What is known of a trial's images, and what others of them teach of some.

    Args:
        trial: images and folds.
    """

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.pictures = Pictures(trial.cohort, trial.settings.picture.size)
        joined = joined_patients(trial.cohort.images, trial.settings.cohorts.same_picture)
        names = [image.image_id for image in trial.cohort.images]
        self.patients: dict[str, Any] = dict(zip(names, joined, strict=True))

    @cached_property
    def cells(self) -> Mapping[str, Cells]:
        """What the detector's body sees of every image."""
        detector = load_detector(self.trial.models / "detector")
        return read_cells(detector, self.pictures, self.trial.settings.hardware)

    @cached_property
    def lungs(self) -> dict[str, Boxes]:
        """[2, 4] both lungs over the square's side, of the images on which both have a box."""
        found = {}
        lungs = self.trial.lungs
        for row, image in enumerate(self.trial.cohort.images):
            if sorted(lungs.kinds_of(image).tolist()) == [0, 1]:
                boxes = self.pictures.placement(row).to_square(lungs.reference(image))
                order = np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable")
                found[image.image_id] = boxes[order] / self.pictures.size
        return found

    def boxed_in(self, names: Collection[str]) -> set[str]:
        """The images among these that have a reference box."""
        return self.trial.cohort.boxes.keys() & set(names)

    def grade(self, teachers: Collection[str], asked: Collection[str]) -> dict[str, _Graded]:
        """Some images as others of them teach to see them."""
        with_lungs = [one for one in teachers if one in self.lungs]
        finder = LungFinder(
            [self.cells[one] for one in with_lungs], [self.lungs[one] for one in with_lungs]
        )
        graded = [one for one in teachers if one in self.trial.grades]
        # Lungs as they are found, also where they are known: so they are on the images asked for.
        grader = ZoneGrader(
            [self.cells[one] for one in graded],
            [finder.find(self.cells[one]) for one in graded],
            np.array([self.trial.grades[one] for one in graded]),
            [self.patients[one] for one in graded],
        )
        return {one: _grade(self.cells[one], finder, grader) for one in asked}

    def grade_apart(self, names: list[str]) -> dict[str, _Graded]:
        """Each of these images as those of other patients among them teach to see it."""
        found: dict[str, _Graded] = {}
        groups = [self.patients[one] for one in names]
        for teachers, asked in GroupKFold(_INNER).split(names, groups=groups):
            found |= self.grade([names[row] for row in teachers], [names[row] for row in asked])
        return found


def _grade(cells: Cells, finder: LungFinder, grader: ZoneGrader) -> _Graded:
    lungs, grades = finder.find(cells), grader.grade(cells)
    middles = (np.arange(len(grades)) + 0.5) / len(grades)
    inside = np.zeros(grades.shape, dtype=np.bool_)
    for left, upper, right, lower in lungs:
        rows, columns = (
            (middles >= upper) & (middles < lower),
            (middles >= left) & (middles < right),
        )
        inside |= rows[:, None] & columns
    values = np.where(inside, np.clip(grades / _HIGHEST_GRADE, 0, 1), 0)
    return _Graded(values, float(zone_grades_of(grades, lungs).sum()))


def _severity_of(
    totals: Mapping[str, float],
    rest: Collection[str],
    severity: Mapping[str, tuple[float, float]],
) -> list[Severity | None]:
    """Severity of every image, by a line from its sum of grades; None with too few scored ones.

    Args:
        totals: sum of the zones' grades by image id.
        rest: the images that the line may come from.
        severity: of scored images.
    """
    scored = [one for one in rest if one in severity]
    if len(scored) < MIN_IMAGES:
        return [None] * len(totals)
    x = [totals[one] for one in scored]
    lines = np.polyfit(x, np.array([severity[one] for one in scored]), 1)
    values = np.outer(list(totals.values()), lines[0]) + lines[1]
    return [Severity(*row) for row in np.clip(values, 0, MAX_SCORES).tolist()]
