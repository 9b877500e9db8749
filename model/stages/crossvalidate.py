"""Stage crossvalidate: what weights are worth on other images, patients kept apart in folds."""

import time
from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path

import torch

from command_line.summary import StageSummary
from data_contracts.locking import one_run
from model.crossvalidation.folds import split_folds
from model.crossvalidation.lungs import open_lungs
from model.crossvalidation.scoring import score_parts, scored_images
from model.crossvalidation.severity_floors import severity_floors
from model.crossvalidation.trial import RegionTable, Trial
from model.crossvalidation.zones import locate_zones, zone_grades
from model.detector.candidates import CandidateFinder
from model.detector.checkpoint import load_detector
from model.detector.retinanet import Detector
from model.figures.severity_scatter import draw_severity
from model.figures.style import save
from model.label_tables import read_label_tables
from model.methods.registry import OURS, cross_validations
from model.reading.findings import Findings
from model.scoring.part_scores import score_rows
from model.scoring.score_files import write_scores
from model.settings import CohortSettings, ModelSettings
from model.stages.regions import write_regions
from model.tensors.cohorts import Cohort, open_cohort, severity_of
from model.tensors.region_rows import images_with_regions
from model.training.fingerprint import fingerprint_of, weights_stamp
from model.training.fitting import silence_hints
from model.training.hardware import on_one_device


@one_run
def crossvalidate(
    *,
    settings: ModelSettings,
    images: CohortSettings,
    targets: Sequence[str],
    tables: Path,
    models: Path,
    out: Path,
    folds: int = 5,
) -> StageSummary:
    """Score methods on images that no weight of theirs, and no threshold, has seen.

    Patients are split into folds. What learns from these images, their notes, their scores and,
    for thresholds, their boxes, learns from the other folds' patients. Zones of the lungs that the
    data set has graded are scored where the lungs have boxes.

    Args:
        settings: of regions, network and scores.
        images: the cohort.
        targets: labels of the boxes to find.
        tables: folder of the label tables of its notes.
        models: folder of a trained detector, network and classifier, here the phantoms'.
        out: folder for `scores.parquet`, `differences.parquet`, `scores.md` and `severity.png`.
        folds: how many.

    Raises:
        CohortError: no image has a labelled note, or files are missing.
        WeightsError: `models` lacks something.
        HardwareError: several devices are asked for.
    """
    started = time.perf_counter()
    settings = on_one_device(settings, "crossvalidate")
    silence_hints()
    cohort = open_cohort("localization", images, targets)
    same_picture, seed = settings.cohorts.same_picture, settings.evaluation.seed
    severity = severity_of(images)
    lungs, grades = open_lungs(images), zone_grades(images)
    trial = Trial(
        settings,
        cohort,
        tables,
        read_label_tables(tables),
        severity,
        lungs,
        grades,
        list(split_folds(cohort, severity, folds, seed, same_picture)),
        models,
        out,
        detected=cache(partial(_detected, settings, cohort, models, out)),
        windows=cache(partial(_windows, settings, cohort, out)),
    )
    found: dict[str, dict[str, Findings]] = {}
    for cross_validate in cross_validations():
        for name, part in cross_validate(trial):
            found.setdefault(name, {}).update({one.image_id: one for one in part})
    scored = {name: scored_images(cohort, own, severity) for name, own in found.items()}
    for name, given in severity_floors(images, severity, trial.folds).items():
        scored[name] = scored_images(cohort, given, severity)
    zones = locate_zones(grades, lungs)
    scores = {name: score_parts(own, zones, settings) for name, own in scored.items()}
    files = write_scores(*score_rows(scores, OURS, settings.network.seed), out)
    figure = save(draw_severity(scored[OURS]), out / "severity.png")
    return StageSummary(
        stage="crossvalidate",
        counts={
            "images": len(cohort.images),
            "patients": len({image.subject_id for image in cohort.images}),
            "images_with_boxes": len(cohort.boxes),
            "images_scored": len(severity),
            "images_with_zones": len(zones),
            "images_with_zones_but_no_lungs": len(grades) - len(zones),
            "folds": folds,
        },
        seconds=time.perf_counter() - started,
        outputs=(*files, figure),
    )


def _detected(settings: ModelSettings, cohort: Cohort, models: Path, out: Path) -> RegionTable:
    """Regions of the trained detector."""
    detector = load_detector(models / "detector")
    stamp = weights_stamp(models / "detector")
    return _regions(detector, settings, cohort, out / "regions.parquet", stamp)


def _windows(settings: ModelSettings, cohort: Cohort, out: Path) -> RegionTable:
    """Windows of a grid, read by an untrained backbone."""
    of_grid = settings.regions.model_copy(update={"source": "grid"})
    grid = settings.model_copy(update={"regions": of_grid})
    torch.manual_seed(settings.network.seed)
    untrained = Detector(settings.backbone, settings.picture.size, ("any",)).eval()
    return _regions(untrained, grid, cohort, out / "windows.parquet", {})


def _regions(
    detector: Detector,
    settings: ModelSettings,
    cohort: Cohort,
    path: Path,
    stamp: Mapping[str, str],
) -> RegionTable:
    finder = CandidateFinder(detector, settings.regions).eval()
    fingerprint = fingerprint_of(
        {**settings.regions.model_dump(), **stamp, "images": [i.image_id for i in cohort.images]}
    )
    write_regions(finder, cohort, settings, path, fingerprint)
    return RegionTable(path, list(images_with_regions(path, cohort)))
