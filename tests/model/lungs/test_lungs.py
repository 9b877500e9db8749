"""Lungs are found, and cells in them graded, as other images teach."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from model.detector.retinanet import Detector
from model.lungs.cells import read_cells
from model.lungs.finder import LungFinder
from model.lungs.zone_grader import ZoneGrader, zone_grades_of
from model.scoring.zones import zone_boxes
from model.settings import BackboneSettings, HardwareSettings
from model.tensors.cohorts import Cohort, CohortImage
from model.tensors.pictures import Pictures

SIDE = 16
PATIENTS = 24


def chests(seed: int, count: int = PATIENTS) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """[N, 2, 4] lungs that differ from chest to chest, and [N, 6] grades of their zones."""
    rng = np.random.default_rng(seed)
    right = np.array([2, 3, 7, 13]) + rng.integers(-1, 2, (count, 4))
    left = np.array([9, 3, 14, 13]) + rng.integers(-1, 2, (count, 4))
    return np.stack([right, left], axis=1) / SIDE, rng.integers(0, 4, (count, 6)).astype(float)


def cells_of(lungs: npt.NDArray[Any], grades: npt.NDArray[Any]) -> npt.NDArray[np.float16]:
    """[3, 16, 16]: whether a cell lies in a lung, how ill it is, and what means nothing."""
    cells = np.random.default_rng(0).normal(0, 0.05, (3, SIDE, SIDE))
    middles = (np.arange(SIDE) + 0.5) / SIDE
    for row, (left, upper, right, lower) in enumerate(zone_boxes(lungs)):
        down, across = (middles > upper) & (middles < lower), (middles > left) & (middles < right)
        inside = down[:, None] & across
        cells[0][inside] += 1
        cells[1][inside] += grades[row]
    return cells.astype(np.float16)


def test_lungs_are_found_where_other_chests_show_what_they_look_like() -> None:
    lungs, grades = chests(0)
    seen = [cells_of(own, ill) for own, ill in zip(lungs, grades, strict=True)]
    finder = LungFinder(seen, list(lungs))
    others, ill = chests(1, 4)
    for own, grade in zip(others, ill, strict=True):
        assert finder.find(cells_of(own, grade)) == pytest.approx(own, abs=1.5 / SIDE)


def test_a_picture_without_lungs_gets_the_mean_ones() -> None:
    lungs, grades = chests(0)
    seen = [cells_of(own, ill) for own, ill in zip(lungs, grades, strict=True)]
    finder = LungFinder(seen, list(lungs))
    nothing = np.zeros((3, SIDE, SIDE), dtype=np.float16)
    nothing[0] = -50
    assert finder.find(nothing) == pytest.approx(lungs.mean(axis=0))


def test_cells_are_graded_by_the_grades_of_whole_zones() -> None:
    lungs, grades = chests(0)
    seen = [cells_of(own, ill) for own, ill in zip(lungs, grades, strict=True)]
    known = np.where(np.random.default_rng(2).random(grades.shape) < 0.2, np.nan, grades)
    grader = ZoneGrader(seen, list(lungs), known, [f"patient {row // 2}" for row in range(24)])
    others, ill = chests(1, 4)
    for own, grade in zip(others, ill, strict=True):
        of_cells = grader.grade(cells_of(own, grade))
        assert of_cells.shape == (SIDE, SIDE)
        # A ridge draws grades to their mean, and leaves their order.
        assert np.corrcoef(zone_grades_of(of_cells, own), grade)[0, 1] > 0.95


class Stripes(Pictures):
    """Pictures that are drawn here, for the want of files."""

    def _square(self, index: int) -> npt.NDArray[np.uint8]:
        square = np.zeros((self.size, self.size), dtype=np.uint8)
        square[:: index + 2] = 255
        return square


def test_all_stages_of_the_body_are_seen_at_the_cells_of_the_finest_level() -> None:
    torch.manual_seed(0)
    settings = BackboneSettings(channels=8, finest=16)
    detector = Detector(settings, 64, ("any",)).eval()
    images = tuple(CohortImage(n, n, None, None, n, 64, 64) for n in "abc")
    cohort = Cohort("localization", Path(), images, {}, (), {})
    hardware = HardwareSettings(precision="32-true", workers=0)
    cells = read_cells(detector, Stripes(cohort, 64), hardware)
    assert set(cells) == set("abc")
    channels = sum(stage.channels for stage in detector.pyramid.body.stages)
    assert all(own.shape == (channels, 4, 4) for own in cells.values())
    assert not np.array_equal(cells["a"], cells["b"])
