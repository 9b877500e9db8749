"""The use of the lexicon's lines as a person reads it in a terminal."""

from typing import Any, Final

import pyarrow as pa
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from data_contracts.concepts import ASSERTIONS

_SHOWN: Final = 60


def render_use(rows: pa.Table, shown: int = _SHOWN) -> RenderableType:
    """The lines as the table has them, the harmful and the unused on top.

    Args:
        rows: rows of the rule use table.
        shown: how many lines to show.
    """
    table = Table(title="lines of the lexicon", title_justify="left", title_style="bold")
    table.add_column("line", overflow="ellipsis", no_wrap=True, ratio=2)
    table.add_column("heading", overflow="ellipsis", no_wrap=True, ratio=1)
    for heading in ("decided", "reports", *ASSERTIONS, "right"):
        table.add_column(heading, justify="right")
    every: list[dict[str, Any]] = rows.to_pylist()
    for row in every[:shown]:
        counts = (row["decided"], row["reports"], *(row[name] for name in ASSERTIONS))
        table.add_row(
            # An entry may look like markup: "[finding:opacity]".
            Text(row["entry"]),
            Text(f"{row['heading']} ({row['file']})"),
            *(f"{count:,}" if count else "-" for count in counts),
            f"{row['right']:,} of {row['judged']:,}" if row["judged"] else "-",
        )
    unused = sum(row["decided"] == 0 for row in every)
    harmful = sum(row["judged"] > 2 * row["right"] for row in every)
    told = f"{len(every):,} lines: {harmful:,} wrong more often than right, {unused:,} unused"
    if len(every) > shown:
        told += f"; {len(every) - shown:,} not shown, --out writes all"
    return Group(table, Text(told, style="dim"))
