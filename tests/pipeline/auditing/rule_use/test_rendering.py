"""The table of lines in a terminal: what is shown and what is only counted."""

import pyarrow as pa
from rich.console import Console

from data_contracts.audit_tables import RULE_USE
from data_contracts.concepts import ASSERTIONS
from pipeline.auditing.rule_use.rendering import render_use


def row(entry: str, decided: int, judged: int, right: int) -> dict[str, object]:
    counts: dict[str, object] = dict.fromkeys(ASSERTIONS, 0)
    counts["affirmed"] = decided
    named = {"file": "cues.txt", "heading": "negated before", "entry": entry}
    return {**named, "decided": decided, "reports": decided, **counts} | {
        "judged": judged,
        "right": right,
    }


def test_lines_are_shown_as_they_stand_and_the_rest_is_counted() -> None:
    rows = [row("no [bold]", 4, 4, 1), row("never", 0, 0, 0), row("free (of|from)", 9, 2, 2)]
    console = Console(width=160)
    with console.capture() as captured:
        console.print(render_use(pa.Table.from_pylist(rows, schema=RULE_USE.schema()), shown=2))
    shown = captured.get()
    assert "no [bold]" in shown
    assert "1 of 4" in shown
    assert "free (of|from)" not in shown
    assert "3 lines: 1 wrong more often than right, 1 unused; 1 not shown" in shown
