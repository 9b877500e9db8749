"""Stage evaluate: score what every method found, and draw it."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from command_line.progress import progress_bar
from command_line.summary import StageSummary
from data_contracts.predictions import SCORES
from data_contracts.storage import write_table
from model.figures.draw import draw_figures
from model.label_tables import read_label_tables
from model.methods.registry import OURS, rivals_of
from model.reading.scored import Scored, scored_images
from model.scoring.bootstrap import Draws, Interval, draw_patients, interval
from model.scoring.calibration import best_threshold
from model.scoring.scorecard import (
    localization_accuracy,
    score_attributes,
    score_boxes,
    score_severity,
)
from model.scoring.summary_table import score_row, summary_table
from model.settings import ModelSettings
from model.tensors.cohorts import Cohort, attributes_of_images, severity_of
from model.tensors.scored import PARTS, scored_cohorts

THRESHOLD_FILE: Final = "threshold.json"


def evaluate(
    *, settings: ModelSettings, tables: Path, predictions: Path, out: Path
) -> StageSummary:
    """Score all methods on the localization and, where one is named, the severity cohort.

    Each method's score threshold is chosen by one rule on the held-back images of the cohort with
    boxes; ours is kept for prediction.

    Args:
        settings: cohorts and how to score.
        tables: folder of labels, vocabulary and embeddings; reports say what images have where
            nothing else does.
        predictions: folder of the stage predictions.
        out: folder for `scores.parquet`, `scores.md`, `threshold.json` and the figures.

    Raises:
        TableNotFoundError: the stage predictions has not been run.
        CohortError: a cohort is empty.
    """
    started = time.perf_counter()
    cohorts = scored_cohorts(settings)
    known = {part: _known(settings, tables, part, cohort) for part, cohort in cohorts.items()}
    draws = {
        part: draw_patients(
            [image.subject_id for image in cohort.images],
            settings.evaluation.draws,
            settings.evaluation.seed,
        )
        for part, cohort in cohorts.items()
    }
    rows: list[dict[str, Any]] = []
    scored: dict[str, Scored] = {}
    with progress_bar("methods") as progress:
        folders = sorted(path for path in predictions.iterdir() if path.is_dir())
        for folder in progress.track(folders, description="scores"):
            one = _read(folder, cohorts, known)
            scored[one.method] = one
            rows += _rows(one, cohorts, draws, settings.network.seed)
    out.mkdir(parents=True, exist_ok=True)
    write_table(SCORES, pa.Table.from_pylist(rows, SCORES.schema()), out / "scores.parquet")
    (out / "scores.md").write_text(summary_table(rows), encoding="utf-8")
    if OURS in scored:
        _keep_threshold(scored[OURS].least_score, out / THRESHOLD_FILE)
    figures = draw_figures(rows, scored, cohorts, predictions, out)
    return StageSummary(
        stage="evaluate",
        counts={**_headlines(rows), **_leads(scored, draws["localization"])},
        seconds=time.perf_counter() - started,
        outputs=(out / "scores.parquet", out / "scores.md", *figures),
    )


def _read(
    folder: Path, cohorts: Mapping[str, Cohort], known: Mapping[str, tuple[Any, Any]]
) -> Scored:
    parts = {
        part: scored_images(folder / part, cohort, *known[part]) for part, cohort in cohorts.items()
    }
    least, _ = best_threshold([image.boxes for image in parts[PARTS[0]]])
    return Scored(folder.name, parts, least)


def _known(
    settings: ModelSettings, tables: Path, part: str, cohort: Cohort
) -> tuple[dict[str, dict[str, bool]], dict[str, tuple[float, float]]]:
    """What images are known to have, by what knows best, and how severe they are."""
    of_part = getattr(settings.cohorts, part)
    truth = attributes_of_images(of_part)
    if not truth and any(image.report_id for image in cohort.images):
        truth = _of_reports(tables, cohort)
    return truth, severity_of(of_part)


def _of_reports(tables: Path, cohort: Cohort) -> dict[str, dict[str, bool]]:
    from model.tensors.label_values import label_values  # torch, which nothing else here needs

    labels = read_label_tables(tables)
    values = label_values(cohort, labels).numpy()
    return {
        image.image_id: {
            concept: bool(value == 1)
            for concept, value in zip(labels.concepts, row, strict=True)
            if value in (0, 1)
        }
        for image, row in zip(cohort.images, values, strict=True)
    }


def _rows(
    scored: Scored, cohorts: Mapping[str, Cohort], draws: Mapping[str, Draws], seed: int
) -> Iterator[dict[str, Any]]:
    for part in [one for one in PARTS[1:] if one in cohorts]:
        images, own = scored.parts[part], draws[part]
        patients = len({image.subject_id for image in cohorts[part].images})
        for score in (
            *score_boxes(images, scored.least_score, own),
            *score_attributes(images, own),
            *score_severity(images, own),
        ):
            yield score_row(scored.method, part, seed, score, patients)


def _headlines(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Accuracy at IoU 0.5 of every method, and what ours tells of attributes and severity."""
    found = {}
    for row in rows:
        key = (row["cohort"], row["score"], row["subject"], row["overlap"], row["threshold"])
        if key == ("localization", "accuracy", "boxes", "iou", 0.5):
            found[f"accuracy_iou_50_{row['method']}"] = round(row["value"] or 0.0, 4)
        elif row["method"] == OURS and row["value"] is not None:
            if key[:3] == ("localization", "auroc", "macro"):
                found["auroc_macro"] = round(row["value"], 4)
            elif key[:2] in (("severity", "spearman"), ("severity", "mae")):
                found[f"{row['score']}_{row['subject']}"] = round(row["value"], 4)
    return found


def _leads(scored: Mapping[str, Scored], draws: Draws) -> dict[str, float]:
    """By how much our accuracy at IoU 0.5 leads, patient by patient, with its interval."""
    if OURS not in scored:
        return {}
    ours = _accuracy(scored[OURS], draws)
    found: dict[str, float] = {}
    for rival in rivals_of(OURS):
        if rival in scored:
            lead: Interval = interval(ours - _accuracy(scored[rival], draws))
            found[f"lead_over_{rival}"] = round(lead.value, 4)
            found[f"lead_over_{rival}_low"] = round(lead.low, 4)
    return found


def _accuracy(scored: Scored, draws: Draws) -> Any:
    return localization_accuracy(scored.parts["localization"], scored.least_score, draws)


def _keep_threshold(least_score: float, path: Path) -> None:
    path.write_text(json.dumps({"least_score": least_score}) + "\n", encoding="utf-8")
