"""Scores of methods on the parts that they were scored on, as rows of their tables."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from model.scoring.differences import paired_differences
from model.scoring.scorecard import Score
from model.scoring.summary_table import score_row


class PartScores(NamedTuple):
    """A method's scores on one part.

    Attributes:
        image_ids: of the images that were scored, in their order.
        patients: number of patients that these are of.
        scores: with their draws.
    """

    image_ids: tuple[str, ...]
    patients: int
    scores: list[Score]


def score_rows(
    scores: Mapping[str, Mapping[str, PartScores]], compared_with: str, seed: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """All scores as rows of the contract `scores`, and their differences to one method's.

    Methods that were scored on other images than that one have no difference.

    Args:
        scores: of each method and part.
        compared_with: the method whose scores are taken away.
        seed: of the trainings.

    Returns:
        Rows of `scores`, and of `differences`.
    """
    rows, differences = [], []
    for method, parts in scores.items():
        for part, own in parts.items():
            rows += [score_row(method, part, seed, score, own.patients) for score in own.scores]
            other = scores.get(compared_with, {}).get(part)
            if method != compared_with and other and other.image_ids == own.image_ids:
                differences += [
                    {
                        **score_row(method, part, seed, score, own.patients),
                        "compared_with": compared_with,
                    }
                    for score in paired_differences(own.scores, other.scores)
                ]
    return rows, differences
