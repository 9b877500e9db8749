"""One page of results in Markdown: what was scored, the fair table, and what others published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from model.methods.registry import OURS, in_listed_order, label_of
from model.reporting.published import PublishedMethod, PublishedScore, source_lines
from model.reporting.tables import (
    Found,
    by_key,
    difference_table,
    markdown_table,
    score_table,
    shown_name,
)
from model.reporting.whole_images import severity_sections, zone_sections
from model.scoring.froc import FALSE_POSITIVES
from model.scoring.localization import Measure
from model.scoring.scorecard import RANKED_AT, THRESHOLDS
from model.scoring.summary_table import write_score

_PART: Final = "localization"
_BOXES: Final = "boxes"
_NAMES: Final[dict[Measure, str]] = {"iou": "IoU", "iobb": "IoBB"}


@dataclass(frozen=True, slots=True)
class Results:
    """What a page shows.

    Attributes:
        title: of the page.
        command: that made the scores.
        data: what was scored, such as the names of the cohorts and of the boxes.
        machine: processor, cores and precision.
        rows: of the contract `scores`, of one or several seeds.
        differences: of the contract `differences`, likewise.
        published: what others have published, to stand beside it.
    """

    title: str
    command: str
    data: str
    machine: str
    rows: Sequence[dict[str, Any]]
    differences: Sequence[dict[str, Any]]
    published: Sequence[PublishedMethod] = field(default=())


def write_results(results: Results) -> str:
    """The page; equal results give equal pages, as it has no date."""
    scores = by_key(results.rows, _PART, _BOXES)
    differences = by_key(results.differences, _PART, _BOXES)
    methods = in_listed_order({method for method, _ in scores})
    parts = [
        f"# {results.title}",
        f"    {results.command}",
        _about(results),
        *_rankings(methods, scores, differences),
        *_pointing(methods, scores, differences),
        *_accuracies(methods, scores, results.published),
        *severity_sections(results.rows, results.published),
        *zone_sections(results.rows, results.differences),
        *_without_figures(results.published),
    ]
    return "\n\n".join(parts) + "\n"


def _about(results: Results) -> str:
    seeds = sorted({row["seed"] for row in results.rows})
    first = next(row for row in results.rows if row["cohort"] == _PART)
    several = (
        f"Mean over seeds {', '.join(map(str, seeds))}; in brackets the widest of the seeds' 95% "
        "intervals"
        if len(seeds) > 1
        else f"Seed {seeds[0]}; in brackets 95% intervals"
    )
    return (
        f"Real radiographs: {results.data}; {first['images']:,} images of {first['patients']:,} "
        f"patients. Machine: {results.machine}. {several} over draws of patients. Differences are "
        f"to {label_of(OURS)}, draw by draw of the same patients: below 0 where it is better."
    )


def _rankings(methods: Sequence[str], scores: Found, differences: Found) -> Iterable[str]:
    """For each IoU the sensitivities with their mean and average precision, and differences."""
    for overlap in RANKED_AT:
        columns = {
            **{
                f"at {number:g}": ("sensitivity", "iou", overlap, number)
                for number in FALSE_POSITIVES
            },
            "mean": ("mean_sensitivity", "iou", overlap, 0.0),
            "average precision": ("average_precision", "iou", overlap, 0.0),
        }
        yield f"## Sensitivity at IoU {overlap}"
        yield (
            "Share of the reference boxes that are found at so many false positives an image "
            "(FROC), over all boxes by their scores, whatever the threshold."
        )
        yield score_table(methods, columns, scores)
        yield from difference_table(methods, columns, differences)


def _pointing(methods: Sequence[str], scores: Found, differences: Found) -> Iterable[str]:
    pointing = {"pointing": ("pointing", "none", 0.0, 0.0)}
    recall = {
        f"any box at IoU {overlap}": ("candidate_recall", "iou", overlap, 0.0)
        for overlap in RANKED_AT
    }
    yield "## Pointing game, and what could be found"
    yield (
        "Share of the images at whose reference boxes a method points, and share of the boxes that "
        "any of its boxes reaches; the detector's boxes are all candidate regions."
    )
    yield score_table(methods, {**pointing, **recall}, scores)
    yield from difference_table(methods, pointing, differences)


def _accuracies(
    methods: Sequence[str], scores: Found, published: Sequence[PublishedMethod]
) -> Iterable[str]:
    """For each kind of overlap accuracy with its false positives, measured and published."""
    for measure, thresholds in THRESHOLDS.items():
        name = _NAMES[measure]
        head = ["method", *(f"{name} {threshold:g}" for threshold in thresholds)]
        yield f"## Accuracy and false positives by {name}"
        yield (
            "Accuracy: share of the reference boxes that a box above the method's threshold finds, "
            "with its interval. Behind the stroke: false positives an image."
        )
        yield markdown_table(
            head,
            [
                [
                    shown_name(method),
                    *(_accuracy(method, scores, measure, threshold) for threshold in thresholds),
                ]
                for method in methods
            ],
        )
        others = [other for other in published if getattr(other, measure)]
        if others:
            yield "**Published**, not measured here:"
            yield markdown_table(
                head,
                [
                    [
                        f"{other.method} (published)",
                        *(_published(getattr(other, measure).get(one)) for one in thresholds),
                    ]
                    for other in others
                ],
            )
            yield source_lines(others)


def _without_figures(published: Sequence[PublishedMethod]) -> Iterable[str]:
    """What is known to be published, but has no score in the file."""
    others = [other for other in published if not (other.iou or other.iobb or other.severity)]
    if others:
        yield "## Published, without figures here"
        yield source_lines(others)


def _accuracy(method: str, scores: Found, measure: Measure, threshold: float) -> str:
    accuracy = scores.get((method, ("accuracy", measure, threshold, 0.0)))
    wrong = scores.get((method, ("false_positives", measure, threshold, 0.0)))
    if accuracy is None or wrong is None:
        return ""
    return f"{write_score(accuracy)} / {wrong['value']:.2f}"


def _published(score: PublishedScore | None) -> str:
    if score is None:
        return ""
    text = f"{score.accuracy:.3f}"
    return text if score.false_positives is None else f"{text} / {score.false_positives:.2f}"
