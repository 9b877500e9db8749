"""Stage by_finding: score every method on each finding that has both an attribute and boxes."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from command_line.progress import progress_bar
from command_line.summary import StageSummary
from data_contracts.concepts import is_concept_id
from data_contracts.locking import one_run
from model.baselines.reading import image_boxes
from model.crossvalidation.scoring import scored_images
from model.label_tables import LabelTables, read_label_tables
from model.methods.method import ReadingInputs
from model.methods.registry import OURS, reads
from model.reading.findings import Findings
from model.scoring.bootstrap import draw_patients
from model.scoring.calibration import best_threshold
from model.scoring.part_scores import PartScores, score_rows
from model.scoring.score_files import write_score_tables
from model.scoring.scorecard import score_boxes
from model.settings import ModelSettings
from model.tensors.apart import open_part
from model.tensors.attributes import attributes_of
from model.tensors.cohorts import Cohort, CohortError
from model.tensors.scored import PARTS, scored_cohorts

_THRESHOLDS, _SCORED = PARTS[0], PARTS[1]


@one_run
def by_finding(*, settings: ModelSettings, tables: Path, models: Path, out: Path) -> StageSummary:
    """Score localization finding by finding, each on the images that have a box of it.

    Methods are asked for one finding at a time; thresholds are chosen as ever, on the held-back
    images of the cohort with boxes. In the scores the finding stands in the place of the cohort.

    Args:
        settings: cohorts and how to score; `queries` and `targets` are each finding's in turn.
        tables: folder of labels, vocabulary and embeddings, which tell the attributes.
        models: folder of the regions and of the trained networks.
        out: folder for `scores.parquet` and `differences.parquet`.

    Raises:
        CohortError: no finding has both an attribute and boxes.
        WeightsError: weights are of another release.
    """
    started = time.perf_counter()
    held_back = scored_cohorts(settings)[_THRESHOLDS]
    findings = _findings(settings, attributes_of(read_label_tables(tables), settings.attributes))
    scores: defaultdict[str, dict[str, PartScores]] = defaultdict(dict)
    with progress_bar("findings") as progress:
        for finding in progress.track(list(findings), description="scores"):
            cohorts = {_THRESHOLDS: held_back, _SCORED: findings[finding]}
            for method, own in _scores(settings, models, cohorts, finding):
                scores[method][finding] = own
    files = write_score_tables(*score_rows(scores, OURS, settings.network.seed), out)
    return StageSummary(
        stage="by_finding",
        counts={
            f"images_{name.partition(':')[2]}": len(cohort.images)
            for name, cohort in findings.items()
        },
        seconds=time.perf_counter() - started,
        outputs=files,
    )


def _findings(settings: ModelSettings, labels: LabelTables) -> dict[str, Cohort]:
    """The images with a box of each finding that is an attribute, by finding."""
    cohort = open_part(_SCORED, settings)
    found = {}
    for finding in cohort.kinds:
        if is_concept_id(finding) and finding in labels.concepts:
            own = open_part(_SCORED, settings, (finding,))
            found[finding] = own.only(
                (image for image in own.images if image.image_id in own.boxes), "with its box"
            )
    if not found:
        raise CohortError(
            f"cohort '{_SCORED}': no attribute has boxes; attributes are "
            f"{', '.join(labels.concepts)}, boxes are of {', '.join(cohort.kinds) or 'nothing'}"
        )
    return found


def _scores(
    settings: ModelSettings, models: Path, cohorts: Mapping[str, Cohort], finding: str
) -> Iterator[tuple[str, PartScores]]:
    """Scores of every method that is asked for one finding."""
    inputs = ReadingInputs(settings.model_copy(update={"queries": (finding,)}), models, cohorts)
    evaluation, cohort = settings.evaluation, cohorts[_SCORED]
    patients = [image.subject_id for image in cohort.images]
    draws = draw_patients(patients, evaluation.draws, evaluation.seed)
    image_ids = tuple(image.image_id for image in cohort.images)
    for method, least, found in _found(inputs):
        scores = list(score_boxes(scored_images(cohort, found, {}), least, draws))
        yield method, PartScores(image_ids, len(set(patients)), scores)


def _found(inputs: ReadingInputs) -> Iterator[tuple[str, float, dict[str, Findings]]]:
    """Each method with its threshold, and its findings by image."""
    least: dict[str, float] = {}
    for read in reads():
        for method, part, found in read(inputs):
            if part == _THRESHOLDS:
                least[method], _ = best_threshold(image_boxes(found, inputs.cohorts[part]))
            else:
                yield method, least[method], {one.image_id: one for one in found}
