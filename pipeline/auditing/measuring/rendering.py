"""Measures as a person reads them in a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.auditing.measuring.measures import Kappa

_SHOWN: Final = 15


def render_measures(
    measures: pa.Table,
    kappas: Mapping[tuple[str, str], Kappa],
    uncovered: Mapping[str, int],
) -> RenderableType:
    """Ratios of categories, assertions and concepts; the rules to mend; how far reviewers agree.

    Args:
        measures: rows of the measures table.
        kappas: agreement of every two reviewers.
        uncovered: strata without a reviewed report, and how many reports they have.
    """
    rows: list[dict[str, Any]] = measures.to_pylist()
    parts: list[RenderableType] = [
        _ratios("extraction", [row for row in rows if row["kind"] == "category"]),
        _ratios("assertions", [row for row in rows if row["kind"] == "assertion"]),
        _ratios("concepts", [row for row in rows if row["kind"] == "concept"]),
        _rules([row for row in rows if row["kind"] in ("rule", "cue_rule", "cue")]),
    ]
    notes = [
        f"{first} and {second}: the same on {kappa.agreed:.1%} of {kappa.phrases:,} phrases"
        + (f", Cohen's kappa {kappa.kappa:.2f}" if kappa.kappa is not None else "")
        for (first, second), kappa in kappas.items()
    ]
    if uncovered:
        reports = sum(uncovered.values())
        notes.append(
            f"not covered: {reports:,} reports of {len(uncovered)} strata without a reviewed "
            f"report ({', '.join(list(uncovered)[:5])}{', …' if len(uncovered) > 5 else ''})"
        )
    return Group(*parts, *(Text(note) for note in notes))


def _ratios(title: str, rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for heading in ("", "reviewed", "right", "missed", "precision", "recall", "errors in all"):
        table.add_column(heading, justify="right" if heading else "left", overflow="fold")
    for row in rows:
        table.add_row(
            row["name"],
            f"{row['reviewed']:,}",
            f"{row['right']:,}",
            f"{row['missed']:,}",
            _interval(row, "precision"),
            _interval(row, "recall"),
            f"{row['errors']:,.0f}",
        )
    return table


def _rules(rows: list[dict[str, Any]]) -> Table:
    title = "cues and rules, the next to mend first"
    table = Table(title=title, title_justify="left", title_style="bold")
    for heading in ("", "kind", "reviewed", "wrong", "precision", "errors in all"):
        words = heading in ("", "kind")
        table.add_column(heading, justify="left" if words else "right", overflow="fold")
    rows = sorted(rows, key=lambda row: (-row["errors"], row["precision"], row["name"]))
    for row in rows[:_SHOWN]:
        table.add_row(
            row["name"],
            row["kind"].replace("_", " "),
            f"{row['reviewed']:,}",
            f"{row['reviewed'] - row['right']:,}",
            _interval(row, "precision"),
            f"{row['errors']:,.0f}",
        )
    if len(rows) > _SHOWN:
        table.caption = f"{len(rows) - _SHOWN} more in measures.parquet"
    return table


def _interval(row: Mapping[str, Any], ratio: str) -> str:
    if row[ratio] is None:
        return "-"
    return f"{row[ratio]:.3f} ({row[f'{ratio}_low']:.3f} to {row[f'{ratio}_high']:.3f})"
