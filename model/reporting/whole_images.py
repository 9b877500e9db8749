"""What a page of results says of images beyond boxes: severity, and zones of the lungs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, get_args

from model.methods.registry import in_listed_order
from model.reporting.published import (
    PublishedMethod,
    PublishedSeverity,
    SeveritySubject,
    source_lines,
)
from model.reporting.tables import (
    Found,
    Key,
    by_key,
    difference_table,
    markdown_table,
    score_table,
)

_SUBJECTS: Final[tuple[SeveritySubject, ...]] = get_args(SeveritySubject)
_TITLES: Final[dict[SeveritySubject, str]] = {
    "geographic_extent": "Geographic extent, 0 to 8",
    "opacity": "Degree of opacity, 0 to 6",
}
#: Title of a column, and the score, which published ones are named by too.
_SEVERITY: Final = {"MAE": "mae", "Pearson": "pearson", "R²": "r2", "Spearman": "spearman"}
_ZONES: Final = {
    "AUROC, zones": "zone_auroc",
    "Spearman, sum of zones": "zone_sum_spearman",
}


def severity_sections(
    rows: Sequence[dict[str, Any]], published: Sequence[PublishedMethod]
) -> Iterable[str]:
    """For each severity score that was given its errors and correlations, measured and published.

    Args:
        rows: of the contract `scores`.
        published: what others have published; those without this score are left out.
    """
    for subject in _SUBJECTS:
        found = by_key(rows, "severity", subject)
        if not found:
            continue
        yield f"## {_TITLES[subject]}"
        yield (
            f"Severity as Cohen et al. 2020 score it; {_counted(found)}. What is the same on all "
            "images of a fold has no correlation that says anything."
        )
        yield score_table(_methods(found), _columns(_SEVERITY), found)
        yield from _published(subject, published)


def zone_sections(
    rows: Sequence[dict[str, Any]], differences: Sequence[dict[str, Any]]
) -> Iterable[str]:
    """How well evidence tells ill zones of the lungs; nothing where no zone was graded.

    Args:
        rows: of the contract `scores`.
        differences: of the contract `differences`.
    """
    found = by_key(rows, "zones", "brixia")
    if not found:
        return
    methods, columns = _methods(found), _columns(_ZONES)
    yield "## Zones of the lungs"
    yield (
        "Each lung's box in three parts of equal height, graded 0 to 3 by a senior radiologist "
        f"(Brixia score); {_counted(found)}. AUROC: of the mean evidence over a zone, for a grade "
        "of 1 or more. Spearman: of the sum of evidence over an image's zones with the sum of "
        "their grades. Images whose lungs have no box are left out."
    )
    yield score_table(methods, columns, found)
    yield from difference_table(methods, columns, by_key(differences, "zones", "brixia"))


def _methods(found: Found) -> list[str]:
    return in_listed_order({method for method, _ in found})


def _columns(scores: Mapping[str, str]) -> dict[str, Key]:
    return {title: (score, "none", 0.0, 0.0) for title, score in scores.items()}


def _counted(found: Found) -> str:
    first = next(iter(found.values()))
    return f"{first['images']:,} images of {first['patients']:,} patients"


def _published(subject: SeveritySubject, published: Sequence[PublishedMethod]) -> Iterable[str]:
    others = [(other, other.severity[subject]) for other in published if subject in other.severity]
    if others:
        yield "**Published**, not measured here:"
        yield markdown_table(
            ["method", *_SEVERITY],
            [[f"{other.method} (published)", *_cells(scores)] for other, scores in others],
        )
        yield source_lines([other for other, _ in others])


def _cells(scores: PublishedSeverity) -> Iterable[str]:
    for name in _SEVERITY.values():
        value = getattr(scores, name)
        yield "" if value is None else f"{value:.2f}"
