"""Stage evaluate: score what every method found, and draw it."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from command_line.json_files import write_json
from command_line.progress import progress_bar
from command_line.summary import StageSummary
from data_contracts.locking import one_run
from data_contracts.placing import placed_folder
from model.figures.draw import FIGURES, draw_figures
from model.label_tables import read_label_tables
from model.methods.registry import OURS
from model.reading.scored import Scored, scored_images
from model.scoring.bootstrap import Draws, draw_patients
from model.scoring.calibration import best_threshold
from model.scoring.part_scores import PartScores, score_rows
from model.scoring.score_files import SCORE_FILES, write_scores
from model.scoring.scorecard import ScoredImage, score_attributes, score_boxes, score_severity
from model.settings import ModelSettings
from model.tensors.cohorts import Cohort, attributes_of_images, severity_of
from model.tensors.scored import PARTS, scored_cohorts

THRESHOLD_FILE: Final = "threshold.json"
ALL_THRESHOLDS_FILE: Final = "thresholds.json"


@one_run
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
        out: folder for `scores.parquet`, `differences.parquet`, `scores.md`, `threshold.json`,
            `thresholds.json` (every method's) and the figures.

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
    scores: dict[str, dict[str, PartScores]] = {}
    scored: dict[str, Scored] = {}
    with progress_bar("methods") as progress:
        folders = sorted(path for path in predictions.iterdir() if path.is_dir())
        for folder in progress.track(folders, description="scores"):
            one = _read(folder, cohorts, known)
            scored[one.method] = one
            scores[one.method] = {
                part: _scores(one.parts[part], one.least_score, draws[part])
                for part in PARTS[1:]
                if part in cohorts
            }
    rows, differences = score_rows(scores, OURS, settings.network.seed)
    with placed_folder(out, _is_own) as new:
        written = [*write_scores(rows, differences, new)]
        if OURS in scored:
            _keep_threshold(scored[OURS].least_score, new / THRESHOLD_FILE)
        thresholds = {name: one.least_score for name, one in scored.items()}
        write_json(thresholds, new / ALL_THRESHOLDS_FILE)
        written += [new / ALL_THRESHOLDS_FILE]
        written += draw_figures(rows, scored, cohorts, predictions, new)
    return StageSummary(
        stage="evaluate",
        counts={**_headlines(rows), **_leads(differences)},
        seconds=time.perf_counter() - started,
        outputs=tuple(out / path.name for path in written),
    )


def _is_own(entry: Path) -> bool:
    return entry.name in (*SCORE_FILES, THRESHOLD_FILE, ALL_THRESHOLDS_FILE, *FIGURES)


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


def _scores(images: Sequence[ScoredImage], least_score: float, draws: Draws) -> PartScores:
    scores = [
        *score_boxes(images, least_score, draws),
        *score_attributes(images, draws),
        *score_severity(images, draws),
    ]
    boxes = [image.boxes for image in images]
    return PartScores(
        tuple(one.image_id for one in boxes), len({one.subject_id for one in boxes}), scores
    )


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


def _leads(differences: Sequence[dict[str, Any]]) -> dict[str, float]:
    """By how much our accuracy at IoU 0.5 leads each other method, and the least it may be."""
    found: dict[str, float] = {}
    for row in differences:
        key = (row["cohort"], row["score"], row["overlap"], row["threshold"])
        if key == ("localization", "accuracy", "iou", 0.5) and row["high"] is not None:
            found[f"lead_over_{row['method']}"] = round(-row["value"], 4)
            found[f"lead_over_{row['method']}_low"] = round(-row["high"], 4)
    return found


def _keep_threshold(least_score: float, path: Path) -> None:
    path.write_text(json.dumps({"least_score": least_score}) + "\n", encoding="utf-8")
