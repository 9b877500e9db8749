"""By how much a method differs from another one, draw by draw of the same patients."""

from collections.abc import Iterable, Iterator
from typing import Final

from model.scoring.scorecard import RANKED_AT, Score

_BY_OVERLAP: Final = ("accuracy", "average_precision", "mean_sensitivity", "sensitivity")
_OF_IMAGES: Final = ("pointing", "zone_auroc", "zone_sum_spearman")
_Key = tuple[str, str, str, float, float]


def paired_differences(scores: Iterable[Score], others: Iterable[Score]) -> Iterator[Score]:
    """Scores of one method less those of another, of which the interval is the difference's own.

    Two intervals that overlap may still differ: what is hard for one method is often hard for the
    other. Taken draw by draw, that cancels out.

    Args:
        scores: of a method, on a cohort.
        others: of the method that it is compared with, on the same images and the same draws.

    Raises:
        ValueError: the two were scored on different numbers of images or draws.
    """
    compared = {_key(one): one for one in others if _is_compared(one)}
    for one in scores:
        other = compared.get(_key(one))
        if other is None:
            continue
        if (one.images, len(one.drawn)) != (other.images, len(other.drawn)):
            raise ValueError(
                f"{one.score}: {one.images} images and {len(one.drawn)} draws against "
                f"{other.images} and {len(other.drawn)}"
            )
        yield one._replace(drawn=one.drawn - other.drawn)


def _key(score: Score) -> _Key:
    return score.score, score.subject, score.overlap, score.threshold, score.at_false_positives


def _is_compared(score: Score) -> bool:
    by_overlap = score.overlap == "iou" and score.threshold in RANKED_AT
    return score.score in _OF_IMAGES or (by_overlap and score.score in _BY_OVERLAP)
