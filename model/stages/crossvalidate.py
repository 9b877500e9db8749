"""Stage crossvalidate: what weights are worth on other images, patients kept apart in folds."""

import time
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

import pyarrow as pa
import torch

from data_contracts.predictions import SCORES
from data_contracts.storage import write_table
from data_contracts.summary import StageSummary
from model.baselines.classifier import load_classifier
from model.crossvalidation.contenders import (
    PHANTOM,
    Named,
    RegionTable,
    Trial,
    at_random,
    from_none,
    maps,
    pretrained,
)
from model.crossvalidation.folds import deal
from model.crossvalidation.scoring import score_rows, scored_images
from model.crossvalidation.severity_floors import severity_floors
from model.detector.candidates import CandidateFinder
from model.detector.checkpoint import load_detector
from model.detector.retinanet import Detector
from model.figures.severity_scatter import draw_severity
from model.figures.style import save
from model.label_tables import LabelTables, read_label_tables
from model.network.checkpoint import TrainedNetwork, load_network
from model.reading.findings import Findings
from model.scoring.summary_table import summary_table
from model.settings import CohortSettings, ModelSettings
from model.stages.regions import write_regions
from model.tensors.cohorts import Cohort, open_cohort, severity_of
from model.tensors.region_rows import images_with_regions
from model.training.card import WeightsError
from model.training.fingerprint import fingerprint_of, weights_stamp
from model.training.fitting import silence_hints


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

    Patients are dealt into folds. What learns from these images, their notes, their scores and,
    for thresholds, their boxes, learns from the other folds' patients.

    Args:
        settings: of regions, network and scores.
        images: the cohort.
        targets: labels of the boxes to find.
        tables: folder of the label tables of its notes.
        models: folder of a trained detector, network and classifier, here the phantoms'.
        out: folder for `scores.parquet`, `scores.md` and `severity.png`.
        folds: how many.

    Raises:
        CohortError: no image has a labelled note, or files are missing.
        WeightsError: `models` lacks something.
    """
    started = time.perf_counter()
    silence_hints()
    cohort = open_cohort("localization", images, targets)
    severity = severity_of(images)
    dealt = list(deal(cohort, severity, folds, settings.evaluation.seed))
    trial = Trial(settings, cohort, read_label_tables(tables), severity, dealt, out)
    found: dict[str, dict[str, Findings]] = {}
    for name, part in _methods(trial, tables, models):
        found.setdefault(name, {}).update({one.image_id: one for one in part})
    scored = {name: scored_images(cohort, own, severity) for name, own in found.items()}
    for name, given in severity_floors(images, severity, dealt).items():
        scored[name] = scored_images(cohort, given, severity)
    rows = [row for name, own in scored.items() for row in score_rows(name, own, settings)]
    out.mkdir(parents=True, exist_ok=True)
    write_table(SCORES, pa.Table.from_pylist(rows, SCORES.schema()), out / "scores.parquet")
    (out / "scores.md").write_text(summary_table(rows), encoding="utf-8")
    figure = save(draw_severity(scored[PHANTOM]), out / "severity.png")
    return StageSummary(
        stage="crossvalidate",
        counts={
            "images": len(cohort.images),
            "patients": len({image.subject_id for image in cohort.images}),
            "images_with_boxes": len(cohort.boxes),
            "images_scored": len(severity),
            "folds": folds,
        },
        seconds=time.perf_counter() - started,
        outputs=(out / "scores.parquet", out / "scores.md", figure),
    )


def _methods(trial: Trial, tables: Path, models: Path) -> Named:
    """Every method's findings on each fold's scored images."""
    settings = trial.settings
    trained = load_network(models / "network")
    _check_columns(trained, trial.notes, tables)
    detector = load_detector(models / "detector")
    stamp = weights_stamp(models / "detector")
    regions = _regions(detector, settings, trial.cohort, trial.out / "regions.parquet", stamp)
    grid = settings.model_copy(
        update={"regions": settings.regions.model_copy(update={"source": "grid"})}
    )
    torch.manual_seed(settings.network.seed)
    bare = Detector(settings.backbone, settings.picture.size, ("any",)).eval()
    windows = _regions(bare, grid, trial.cohort, trial.out / "windows.parquet", {})
    return chain(
        pretrained(trial, trained, regions),
        from_none(trial, windows),
        maps(trial, load_classifier(models / "classifier")),
        at_random(trial),
    )


def _check_columns(trained: TrainedNetwork, notes: LabelTables, tables: Path) -> None:
    missing = [name for name in trained.concepts if name not in notes.labels.column_names]
    if missing:
        raise WeightsError(
            f"{tables}: labels have no column for {len(missing)} concepts of the weights' "
            f"vocabulary, such as {missing[0]}; label the notes with the lexicon that the weights "
            "were trained with"
        )


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
