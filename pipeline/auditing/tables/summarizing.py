"""A run's counts, and its changes against another run, as tables for a terminal."""

from collections.abc import Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from data_contracts.concepts import ASSERTIONS
from pipeline.auditing.tables.changes import Changes
from pipeline.auditing.tables.counting import (
    DIMENSIONS,
    Agreement,
    ConceptCount,
    Dimension,
    count_along,
    count_concepts,
    section_agreement,
)
from pipeline.auditing.tables.database import Tables

_SHOWN_REPORTS: Final = 5
_SHOWN_CONCEPTS: Final = 20


def summarize(tables: Tables) -> RenderableType:
    """Counts per concept, source, section and split, and whether findings and impression agree.

    Raises:
        TablesError: there are no reports or no mentions.
    """
    tables.need("reports", "mentions")
    return Group(
        _concepts(count_concepts(tables)),
        *(_along(name, count_along(tables, name)) for name in DIMENSIONS),
        _agreement(section_agreement(tables)),
    )


def summarize_changes(changes: Changes, against: str) -> RenderableType:
    """What differs from another run's labels, concept by concept, with some of the reports."""
    table = _table(
        f"changes against {against}",
        ("concept", "affirmed before", "now", "gained", "lost", "changed", "share"),
        "reports",
    )
    examples: dict[str, list[str]] = {}
    for concept, report in zip(
        changes.rows["concept_id"].to_pylist(), changes.rows["report_id"].to_pylist(), strict=True
    ):
        listed = examples.setdefault(concept, [])
        if len(listed) < _SHOWN_REPORTS:
            listed.append(report)
    for change in changes.concepts:
        differing = change.gained + change.lost + change.changed
        counts = (change.before, change.after, change.gained, change.lost, change.changed)
        more = differing - len(examples[change.concept_id])
        table.add_row(
            change.concept_id,
            *(f"{count:,}" for count in counts),
            f"{differing / changes.reports:.2%}",
            ", ".join(examples[change.concept_id]) + (f", {more:,} more" if more else ""),
        )
    notes = [f"{changes.reports:,} reports in both runs, {changes.rows.num_rows:,} labels differ"]
    notes += [f"{changes.only_before:,} reports of the other run are gone"] * bool(
        changes.only_before
    )
    notes += [f"{changes.only_after:,} reports are new"] * bool(changes.only_after)
    notes += [f"new concepts: {', '.join(changes.new_concepts)}"] * bool(changes.new_concepts)
    notes += [f"concepts gone: {', '.join(changes.gone_concepts)}"] * bool(changes.gone_concepts)
    return Group(*([table] if changes.concepts else []), *(Text(n, style="dim") for n in notes))


def _concepts(counts: Sequence[ConceptCount]) -> Table:
    table = _table("mentions per concept", ("concept", *ASSERTIONS, "reports"))
    category = ""
    for one in counts:
        if category and category != one.concept_id.partition(":")[0]:
            table.add_section()
        category = one.concept_id.partition(":")[0]
        table.add_row(one.concept_id, *_numbers((*one.mentions, one.reports)))
    return table


def _along(name: Dimension, counts: Sequence[tuple[str, tuple[int, ...], int]]) -> Table:
    table = _table(f"mentions per {name}", (name, *ASSERTIONS, "reports"))
    for value, mentions, reports in counts:
        table.add_row(Text(value), *_numbers((*mentions, reports)))
    return table


def _agreement(agreements: Sequence[Agreement]) -> Table:
    table = _table(
        "findings against impression", ("finding", "reports with both", "same", "opposed", "share")
    )
    for one in agreements[:_SHOWN_CONCEPTS]:
        table.add_row(
            one.concept_id,
            *_numbers((one.both, one.same, one.opposed)),
            f"{one.same / one.both:.1%}",
        )
    return table


def _table(title: str, headings: Sequence[str], *words: str) -> Table:
    """A table whose first column and last `words` are words, the others numbers."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for index, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", justify="right" if index else "left")
    for heading in words:
        table.add_column(heading, overflow="fold")
    return table


def _numbers(counts: Sequence[int]) -> list[str]:
    return [f"{count:,}" if count else "-" for count in counts]
