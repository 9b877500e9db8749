"""The part of a page of results that goes finding by finding."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from model.methods.registry import OURS, in_listed_order, label_of
from model.reporting.tables import markdown_table, shown_name
from model.scoring.summary_table import write_score

#: Title, score, and the IoU it is taken at.
_SHOWN: Final = (
    ("Mean sensitivity at IoU 0.3", "mean_sensitivity", 0.3),
    ("Mean sensitivity at IoU 0.5", "mean_sensitivity", 0.5),
    ("Pointing game", "pointing", 0.0),
)


def write_findings(
    rows: Sequence[Mapping[str, Any]], differences: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Markdown paragraphs: for each score a table with a row a method and a column a finding.

    Args:
        rows: of the contract `scores`, the finding in the place of the cohort.
        differences: of the contract `differences`, likewise.
    """
    images = {row["cohort"]: row["images"] for row in rows if row["score"] == "accuracy"}
    findings = sorted(images, key=lambda finding: (-images[finding], finding))
    methods = in_listed_order({row["method"] for row in rows})
    yield "## Finding by finding"
    yield (
        "Each method is asked for one finding at a time, on the images that have a box of it; the "
        "detector, the mean and the random boxes know of none and give the same boxes for each. "
        "Weights of this part were trained without the patients of all these images. Mean "
        "sensitivity is over 0.25, 0.5, 1 and 2 false positives an image."
    )
    head = [
        "method",
        *(f"{finding.partition(':')[2].replace('_', ' ')} ({images[finding]})"
          for finding in findings),
    ]  # fmt: skip
    for title, score, threshold in _SHOWN:
        yield f"**{title}**, by images with the finding:"
        yield _table(head, methods, findings, _found(rows, score, threshold), signed=False)
        compared = _found(differences, score, threshold)
        others = [method for method in methods if method != OURS]
        if compared:
            yield f"Less {label_of(OURS)}:"
            yield _table(head, others, findings, compared, signed=True)


_Found = Mapping[tuple[str, str], Mapping[str, Any]]


def _found(rows: Sequence[Mapping[str, Any]], score: str, threshold: float) -> _Found:
    """Rows of one score by method and finding."""
    return {
        (row["method"], row["cohort"]): row
        for row in rows
        if (row["score"], row["threshold"]) == (score, threshold)
    }


def _table(
    head: Sequence[str],
    methods: Sequence[str],
    findings: Sequence[str],
    found: _Found,
    *,
    signed: bool,
) -> str:
    return markdown_table(
        head,
        [
            [
                shown_name(method),
                *(
                    write_score(found[method, finding], signed=signed)
                    if (method, finding) in found
                    else ""
                    for finding in findings
                ),
            ]
            for method in methods
        ],
    )
