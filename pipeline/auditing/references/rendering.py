"""A comparison as a person reads it in a terminal."""

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from data_contracts.audit_tables import LABEL_WORDS
from pipeline.auditing.references.comparison import Compared
from pipeline.auditing.second_opinion.differences import kinds_of_differences

_SHOWN: Final = 12


def render_comparison(
    compared: Compared,
    *,
    halves: bool,
    unmapped_labels: Mapping[str, int],
    unmapped_reference: Mapping[str, int],
    left_out: Mapping[str, int],
) -> RenderableType:
    """Scores per group and label, what the disagreements are, and what was not compared.

    Args:
        compared: the comparison.
        halves: whether the two halves are shown; the disagreements are then half A's.
        unmapped_labels: columns of our table that no concept stands for, and their values.
        unmapped_reference: the reference's terms of that kind, and the reports that have them.
        left_out: why reports of the reference were left out, and how many.
    """
    parts: list[RenderableType] = [
        _scores(compared),
        *([_halves(compared)] if halves else []),
        *_confusions(compared),
        _disagreements(compared, "disagreements of half A" if halves else "disagreements"),
    ]
    compared_note = (
        f"{compared.reports:,} reports compared; {compared.only_ours:,} only in the labels and "
        f"{compared.only_reference:,} only in the reference are left out"
    )
    notes = [compared_note]
    notes += [
        f"{count:,} reports of the reference are left out: {why.replace('_', ' ')}"
        for why, count in left_out.items()
    ]
    notes += _listed("not in our table, so never found", compared.lacking)
    notes += _listed("ours alone, so not scored", compared.unscored)
    notes += _listed("our columns without a concept", unmapped_labels)
    notes += _listed("terms of the reference without a concept", unmapped_reference)
    return Group(*parts, *(Text(note, style="dim") for note in notes))


def render_alike(confusion: pa.Table) -> RenderableType:
    """What a second reader differs in, the most telling first; no report's text.

    Args:
        confusion: rows of the confusion table.
    """
    table = Table(title="differences, the most telling first", title_justify="left",
                  title_style="bold")  # fmt: skip
    table.add_column("label", overflow="fold")
    table.add_column("ours")
    table.add_column("second reader")
    table.add_column("reports", justify="right")
    for one in kinds_of_differences(confusion)[: 2 * _SHOWN]:
        table.add_row(one.concept_id, *one.words, f"{one.reports:,}")
    return table


def _scores(compared: Compared) -> Table:
    table = Table(title="scores", title_justify="left", title_style="bold")
    table.add_column("label", overflow="fold")
    for name in ("precision", "recall", "F1", "95%", "support", "ignored"):
        table.add_column(name, justify="right")
    rows: list[dict[str, Any]] = compared.scores.to_pylist()
    for row in rows:
        average = row["level"] != "label"
        name = f"{row['name']} ({row['level']})" if average else f"  {row['name']}"
        table.add_row(
            name,
            *(f"{row[ratio]:.3f}" for ratio in ("precision", "recall", "f1")),
            _span(row["f1_low"], row["f1_high"]),
            f"{row['support']:,}",
            f"{row['ignored']:,}",
            style="bold" if average else "",
        )
    return table


def _halves(compared: Compared) -> Table:
    """F1 of the half that rules are written on, of the other one, and how far they are apart."""
    rows: list[dict[str, Any]] = compared.halves.to_pylist()
    table = Table(title="halves: F1, micro-averaged", title_justify="left", title_style="bold")
    table.add_column("labels")
    for half in "ab":
        reports = rows[0][f"reports_{half}"] if rows else 0
        table.add_column(f"half {half.upper()} ({reports:,} reports)", justify="right")
    table.add_column("A less B", justify="right")
    for row in rows:
        cells = (_with_span(row, name, "") for name in ("f1_a", "f1_b"))
        table.add_row(row["group"], *cells, _with_span(row, "distance", "+"))
    return table


def _with_span(row: dict[str, Any], name: str, sign: str) -> str:
    if row[name] is None:
        return ""
    return f"{row[name]:{sign}.3f} ({_span(row[f'{name}_low'], row[f'{name}_high'], sign)})"


def _span(low: float | None, high: float | None, sign: str = "") -> str:
    return "" if low is None or high is None else f"{low:{sign}.3f}…{high:{sign}.3f}"


def _confusions(compared: Compared) -> list[Table]:
    """Our words against the reference's, for each category; where they agree is bold."""
    frame = compared.confusion.to_pandas()
    frame["category"] = frame["concept_id"].str.partition(":")[0]
    tables = []
    for category, rows in frame.groupby("category", sort=False):
        counts = rows.pivot_table(
            index="ours", columns="reference", values="reports", aggfunc="sum", fill_value=0
        ).reindex(index=list(LABEL_WORDS), columns=list(LABEL_WORDS), fill_value=0)
        table = Table(
            title=f"{category}: ours by the reference's", title_justify="left", title_style="bold"
        )
        table.add_column("ours")
        for word in LABEL_WORDS:
            table.add_column(word, justify="right")
        for ours in LABEL_WORDS:
            cells = [
                Text(f"{counts.loc[ours, word]:,}", style="bold" if word == ours else "")
                for word in LABEL_WORDS
            ]
            table.add_row(ours, *cells)
        tables.append(table)
    return tables


def _disagreements(compared: Compared, title: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("label", overflow="fold")
    for kind in ("missed", "spurious", "hedged"):
        table.add_column(kind, justify="right")
    frame = compared.disagreements.select(["concept_id", "kind"]).to_pandas()
    counts = frame.value_counts().unstack(fill_value=0)
    counts = counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    for concept, row in counts.head(_SHOWN).iterrows():
        table.add_row(
            str(concept), *(f"{row.get(k, 0):,}" for k in ("missed", "spurious", "hedged"))
        )
    rest = counts.iloc[_SHOWN:]
    if len(rest):
        sums = rest.sum()
        table.add_row(
            f"{len(rest)} more labels",
            *(f"{sums.get(k, 0):,}" for k in ("missed", "spurious", "hedged")),
            style="dim",
        )
    return table


def _listed(what: str, counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = ", ".join(f"{name} ({count:,})" for name, count in ranked[:_SHOWN])
    more = f" and {len(ranked) - _SHOWN} more" if len(ranked) > _SHOWN else ""
    return [f"{what}: {shown}{more}"]
