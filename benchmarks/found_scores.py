"""Scores of what several methods found on the same images, and their differences, as a table."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from model.crossvalidation.scoring import scored_images
from model.reading.findings import Findings
from model.scoring.bootstrap import draw_patients
from model.scoring.differences import paired_differences
from model.scoring.scorecard import Score, score_boxes
from model.tensors.cohorts import Cohort

DRAWS: Final = 1_000
#: Score, overlap at which it counts, and what the table calls it.
SHOWN: Final = (
    ("mean_sensitivity", 0.3, "sensitivity, IoU 0.3"),
    ("mean_sensitivity", 0.5, "sensitivity, IoU 0.5"),
    ("pointing", 0.0, "pointing"),
)


def scores_of(cohort: Cohort, found: Mapping[str, Findings]) -> list[Score]:
    """Scores of the boxes that a method found, all of them, on the images that it was read on.

    Args:
        cohort: images and reference boxes.
        found: by image id.
    """
    images = scored_images(cohort, found, {})
    draws = draw_patients([image.boxes.subject_id for image in images], DRAWS)
    return list(score_boxes(images, 0.0, draws))


def mean_over_seeds(of_seeds: Sequence[Sequence[Score]]) -> list[Score]:
    """Each score's mean over seeds, draw by draw of the same patients."""
    return [
        same[0]._replace(drawn=np.mean([one.drawn for one in same], axis=0))
        for same in zip(*of_seeds, strict=True)
    ]


def score_table(scores: Mapping[str, Sequence[Score]]) -> str:
    """Markdown: a line for each method, with 95% intervals over patients."""
    return _table(scores, "method", "")


def difference_table(pairs: Mapping[str, tuple[Sequence[Score], Sequence[Score]]]) -> str:
    """Markdown: of each pair the first one's scores less the other's, draw by draw."""
    return _table(
        {name: list(paired_differences(one, other)) for name, (one, other) in pairs.items()},
        "difference",
        "+",
    )


def _table(scores: Mapping[str, Sequence[Score]], head: str, sign: str) -> str:
    lines = [
        "| " + " | ".join([head, *(title for *_, title in SHOWN)]) + " |",
        "| --- |" + " ---: |" * len(SHOWN),
    ]
    for name, own in scores.items():
        told = {(one.score, one.threshold): one.interval for one in own}
        cells = [
            f"{at.value:{sign}.3f} ({at.low:{sign}.2f} to {at.high:{sign}.2f})"
            for at in (told[score, threshold] for score, threshold, _ in SHOWN)
        ]
        lines.append("| " + " | ".join([name, *cells]) + " |")
    return "\n".join(lines) + "\n"
