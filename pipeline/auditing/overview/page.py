"""The page itself: everything that was gathered, put into one HTML file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from data_contracts.concepts import CATEGORIES, category_of
from pipeline.auditing.overview.evaluation import Evaluated
from pipeline.auditing.overview.identity import PHANTOM, Identity
from pipeline.auditing.overview.problems import Checked
from pipeline.auditing.overview.quality import Compared, PhantomScore, Reviewed
from pipeline.auditing.overview.stamp import NAMELESS
from pipeline.auditing.tables.counting import Agreement, ConceptCount, LabelCount
from pipeline.embeddings.neighbours import Neighbour

#: Stands where there is nothing.
_NOTHING: Final = "-"
_FOLDER: Final = Path(__file__).parent / "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All that the page shows; what a run lacks is None or empty.

    Attributes:
        identity: which run it is.
        made: when and from which commit; None leaves it to the stamp beside the page.
        checked: what went wrong.
        names: concepts in plain words.
        totals: what there is, in numbers, the most important first.
        cohorts: cohorts of images and how many images each has.
        concepts: mentions per concept and assertion.
        labels: reports per concept and label.
        along: mentions by assertion and reports, per source, section and split.
        agreements: how findings and impression agree.
        outcomes: what became of corrections, and how many.
        cooccurrence: the picture of findings and places.
        concept_map: the map of the concepts.
        neighbours: words and concepts nearest to each kept concept.
        least: occurrences below which a word is not shown.
        phantom: extraction against exact truth.
        reviewed: extraction by reviewers.
        reliability: the picture of what reviewers say.
        compared: labels against a coded reference.
        evaluated: the model's evaluation.
        figures: title, description and picture of each of the evaluation's figures.
    """

    identity: Identity
    made: str | None
    checked: Checked
    names: dict[str, str]
    totals: list[tuple[str, int]]
    cohorts: list[tuple[str, int]]
    concepts: list[ConceptCount]
    labels: list[LabelCount]
    along: dict[str, list[tuple[str, tuple[int, ...], int]]]
    agreements: list[Agreement]
    outcomes: list[tuple[str, int]]
    cooccurrence: str | None
    concept_map: str | None
    neighbours: dict[str, tuple[Neighbour, ...]]
    least: int
    phantom: PhantomScore | None
    reviewed: Reviewed | None
    reliability: str | None
    compared: Compared | None
    evaluated: Evaluated | None
    figures: list[tuple[str, str, str]]


def render_page(overview: Overview) -> str:
    """The page as HTML: everything escaped, nothing loaded, no script."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _number
    environment.filters["ratio"] = _ratio
    environment.filters["category"] = category_of
    labelled = [row for row in overview.labels if row.affirmed + row.uncertain + row.negated]
    style = (_FOLDER / "overview.css").read_text(encoding="utf-8")
    by_category = {
        category: sorted(rows, key=lambda row: -row.affirmed)
        for category in CATEGORIES
        if (rows := [row for row in labelled if category_of(row.concept_id) == category])
    }
    generated = [cohort for cohort, _ in overview.cohorts if cohort.startswith(PHANTOM)]
    return environment.get_template("overview.html").render(
        overview=overview,
        stamp=NAMELESS,
        generated_images=generated,
        all_images_generated=len(generated) == len(overview.cohorts),
        style=style,
        by_category=by_category,
        most=max((row.affirmed + row.uncertain + row.negated for row in labelled), default=1),
    )


def _number(count: int) -> str:
    return f"{count:,}" if count else _NOTHING


def _ratio(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.3f}"
