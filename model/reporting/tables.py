"""Tables of a page of results: a row a method, a column a score, and their differences to ours."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from model.methods.registry import OURS, label_of
from model.scoring.over_seeds import mean_over_seeds
from model.scoring.summary_table import write_score

Row: TypeAlias = Mapping[str, Any]
#: Score, overlap, its threshold, and false positives an image.
Key: TypeAlias = tuple[str, str, float, float]
#: Scores by method and key.
Found: TypeAlias = Mapping[tuple[str, Key], Row]


def by_key(rows: Iterable[dict[str, Any]], part: str, subject: str) -> Found:
    """Scores of a subject on a part by method and key, mean over the seeds.

    Args:
        rows: of the contract `scores` or `differences`.
        part: as `cohort` names it, such as `localization`.
        subject: as `subject` names it, such as `boxes`.
    """
    return {
        (row["method"], _key(row)): row
        for row in mean_over_seeds(row for row in rows if row["cohort"] == part)
        if row["subject"] == subject
    }


def _key(row: Row) -> Key:
    return row["score"], row["overlap"], row["threshold"], row["at_false_positives"]


def score_table(methods: Sequence[str], columns: Mapping[str, Key], found: Found) -> str:
    """Markdown: each method's scores with their intervals; empty cells where there is none."""
    return _rows_of(methods, columns, found, write_score)


def difference_table(
    methods: Sequence[str], columns: Mapping[str, Key], found: Found
) -> Iterable[str]:
    """Markdown: differences to ours under a line that says so; nothing where there are none."""
    others = [name for name in methods if any((name, key) in found for key in columns.values())]
    if others:
        yield f"Less {label_of(OURS)}:"
        yield _rows_of(others, columns, found, lambda row: write_score(row, signed=True))


def _rows_of(
    methods: Sequence[str],
    columns: Mapping[str, Key],
    found: Found,
    write: Callable[[Row], str],
) -> str:
    return markdown_table(
        ["method", *columns],
        [
            [
                shown_name(method),
                *(
                    write(found[method, key]) if (method, key) in found else ""
                    for key in columns.values()
                ),
            ]
            for method in methods
        ],
    )


def shown_name(method: str) -> str:
    """A method's name as tables show it, ours in bold."""
    return f"**{label_of(method)}**" if method == OURS else label_of(method)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown: the first column to the left, numbers to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
