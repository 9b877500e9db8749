"""All scores of a method on a cohort, with intervals over patients."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from model.scoring.bootstrap import Drawn, Draws, Interval, interval, mean, ratio, rows_of_draws
from model.scoring.calibration import above_threshold
from model.scoring.contrast import contrast_to_noise
from model.scoring.froc import FALSE_POSITIVES, froc_curve, sensitivity_at
from model.scoring.localization import ImageBoxes, Measure, rsna_of
from model.scoring.matching import match
from model.scoring.overlap import Overlaps, dice, iobb, iou
from model.scoring.ranked_boxes import average_precision_of_boxes, rank_boxes
from model.scoring.ranking import auroc, average_precision_of
from model.scoring.severity import severity_scores

#: Overlaps at which boxes are scored.
THRESHOLDS: Final[dict[Measure, tuple[float, ...]]] = {
    "iou": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7),
    "iobb": (0.1, 0.25, 0.5, 0.75, 0.9),
}
#: Fewer images with, or without, a concept say nothing of how well it is recognised.
MIN_IMAGES: Final = 10
#: IoU at which rankings of boxes are scored.
RANKED_AT: Final = (0.3, 0.5)
BOXES: Final = "boxes"
MACRO: Final = "macro"


@dataclass(frozen=True, slots=True)
class ScoredImage:
    """An image as it is scored.

    Attributes:
        boxes: predicted and reference.
        width: in pixels.
        height: in pixels.
        point: where the method points, in pixels; None where it points nowhere.
        evidence: [h, w] its map; None where it gives none.
        probabilities: concept id to probability; empty where it gives none.
        truth: concept id to whether the image has it; unknown ones are left out.
        severity: predicted score by name.
        reference_severity: reference score by name.
        least_score: threshold of its boxes, where each fold has its own.
    """

    boxes: ImageBoxes
    width: int
    height: int
    point: tuple[float, float] | None = None
    evidence: npt.NDArray[Any] | None = None
    probabilities: Mapping[str, float] = field(default_factory=dict)
    truth: Mapping[str, bool] = field(default_factory=dict)
    severity: Mapping[str, float] = field(default_factory=dict)
    reference_severity: Mapping[str, float] = field(default_factory=dict)
    least_score: float = 0.0


class Score(NamedTuple):
    """One score; see the contract `scores`.

    Attributes:
        drawn: [D + 1] of all images, and of each draw of patients.
        images: how many were scored.
    """

    score: str
    subject: str
    overlap: str
    threshold: float
    drawn: Drawn
    images: int
    at_false_positives: float = 0.0

    @property
    def interval(self) -> Interval:
        """The score with its 95% interval over patients."""
        return interval(self.drawn)


def score_boxes(
    images: Sequence[ScoredImage], least_score: npt.ArrayLike, draws: Draws
) -> Iterator[Score]:
    """Localization scores: of the boxes above the threshold, and of the ranking of all boxes.

    Accuracy is the share of the reference boxes that are found. Wang et al. 2017, "ChestX-ray8",
    count cases, an image with a finding; as their list has one box for each, that is the same.
    Their average false positives are not ours: `docs/method.md` has the difference.

    Args:
        images: of the cohort.
        least_score: the method's threshold, chosen on another split: one, or [I] where images are
            of several folds.
        draws: [D + 1, I] weights of the images.
    """
    shown = above_threshold([image.boxes for image in images], least_score)
    yield from _score_shown(shown, draws)
    yield from _score_ranking([image.boxes for image in images], draws)
    yield from _score_images(images, shown, draws)


def _score_shown(shown: Sequence[ImageBoxes], draws: Draws) -> Iterator[Score]:
    """Accuracy and false positives at every overlap."""
    for measure, thresholds in THRESHOLDS.items():
        overlaps = _overlaps(shown, measure)
        for threshold in thresholds:
            found, wrong, wanted = _counts(shown, overlaps, threshold)
            accuracy, misses = ratio(found, wanted, draws), mean(wrong, draws)
            yield Score("accuracy", BOXES, measure, threshold, accuracy, len(shown))
            yield Score("false_positives", BOXES, measure, threshold, misses, len(shown))


def _score_ranking(ranked: Sequence[ImageBoxes], draws: Draws) -> Iterator[Score]:
    """Average precision, FROC, and what could be found at most, whatever the boxes' scores."""
    overlaps, count = _overlaps(ranked, "iou"), len(ranked)
    wanted = [len(image.reference) for image in ranked]
    for threshold in RANKED_AT:
        boxes = rank_boxes(ranked, overlaps, threshold)
        precision = average_precision_of_boxes(boxes, draws)
        yield Score("average_precision", BOXES, "iou", threshold, precision, count)
        curve = froc_curve(boxes, draws)
        read = {number: sensitivity_at(curve, number) for number in FALSE_POSITIVES}
        for number, found in read.items():
            yield Score("sensitivity", BOXES, "iou", threshold, found, count, number)
        average = np.mean([*read.values()], axis=0)
        yield Score("mean_sensitivity", BOXES, "iou", threshold, average, count)
        reached = [int((own >= threshold).any(axis=0).sum()) for own in overlaps]
        recall = ratio(reached, wanted, draws)
        yield Score("candidate_recall", BOXES, "iou", threshold, recall, count)


def _score_images(
    images: Sequence[ScoredImage], shown: Sequence[ImageBoxes], draws: Draws
) -> Iterator[Score]:
    """What has a value for each image, of which the mean counts."""
    with_boxes = [len(image.boxes.reference) > 0 for image in images]
    values: dict[str, list[float]] = {
        "rsna": [rsna_of(one) for one in shown],
        "pointing": [_points(image) for image in images],
        "dice": [
            dice(one.predicted, one.reference, image.height, image.width) if own else np.nan
            for one, image, own in zip(shown, images, with_boxes, strict=True)
        ],
        "contrast": [
            contrast_to_noise(image.evidence, image.boxes.reference, image.width, image.height)
            if image.evidence is not None
            else np.nan
            for image in images
        ],
    }
    for name, of_images in values.items():
        known = int((~np.isnan(of_images)).sum())
        yield Score(name, BOXES, "none", 0.0, mean(of_images, draws), known)


def score_attributes(images: Sequence[ScoredImage], draws: Draws) -> Iterator[Score]:
    """AUROC and average precision of each concept that enough images have, and of all (macro)."""
    concepts = sorted({name for image in images for name in image.truth})
    drawn: dict[str, list[Drawn]] = {"auroc": [], "attribute_precision": []}
    for concept in concepts:
        rows = [
            (row, image.probabilities[concept], image.truth[concept])
            for row, image in enumerate(images)
            if concept in image.truth and concept in image.probabilities
        ]
        truth = np.array([row[2] for row in rows], dtype=np.bool_)
        if min(int(truth.sum()), int((~truth).sum())) < MIN_IMAGES:
            continue
        scores = np.array([row[1] for row in rows])
        weights = rows_of_draws(draws, np.array([row[0] for row in rows]))
        of_concept = {
            "auroc": auroc(scores, truth, weights),
            "attribute_precision": average_precision_of(scores, truth, weights),
        }
        for name, values in of_concept.items():
            drawn[name].append(values)
            yield Score(name, concept, "none", 0.0, values, len(rows))
    for name, all_values in drawn.items():
        if all_values:
            macro = np.mean(all_values, axis=0)
            yield Score(name, MACRO, "none", 0.0, macro, len(images))


def score_severity(images: Sequence[ScoredImage], draws: Draws) -> Iterator[Score]:
    """MAE, R², Pearson and Spearman of each severity score that is given and known."""
    for subject in ("geographic_extent", "opacity"):
        rows = [
            row
            for row, image in enumerate(images)
            if subject in image.severity and subject in image.reference_severity
        ]
        if not rows:
            continue
        predicted = np.array([images[row].severity[subject] for row in rows])
        reference = np.array([images[row].reference_severity[subject] for row in rows])
        weights = rows_of_draws(draws, np.array(rows))
        for name, values in severity_scores(predicted, reference, weights).items():
            yield Score(name, subject, "none", 0.0, values, len(rows))


def _overlaps(images: Sequence[ImageBoxes], measure: Measure) -> list[Overlaps]:
    """Of each image: [N, M] of its predicted with its reference boxes."""
    of_image = {"iou": iou, "iobb": iobb}[measure]
    return [of_image(image.predicted, image.reference) for image in images]


def _counts(
    images: Sequence[ImageBoxes], overlaps: Sequence[Overlaps], threshold: float
) -> tuple[list[int], list[int], list[int]]:
    """Of each image: number of true positives, of false positives and of reference boxes."""
    found, wrong = [], []
    for image, own in zip(images, overlaps, strict=True):
        matching = match(own, image.scores, threshold)
        found.append(matching.true_positives)
        wrong.append(matching.false_positives)
    return found, wrong, [len(image.reference) for image in images]


def _points(image: ScoredImage) -> float:
    """1 where the method points into a reference box, 0 where elsewhere or nowhere."""
    if not len(image.boxes.reference):
        return np.nan
    if image.point is None:
        return 0.0
    x, y = image.point
    left, upper, right, lower = image.boxes.reference.T
    return float(np.any((left <= x) & (x < right) & (upper <= y) & (y < lower)))
