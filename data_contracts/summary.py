"""What a stage tells its user when it is done: counts, quarantined rows, time."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StageSummary:
    """A stage's outcome; holds numbers only, never a report's text.

    Attributes:
        stage: the stage's name.
        counts: what was read and written, in the order to show it.
        seconds: wall time; shown, but not written, so that equal runs give equal files.
        outputs: the tables written.
    """

    stage: str
    counts: dict[str, int | float] = field(default_factory=dict)
    seconds: float = 0.0
    outputs: tuple[Path, ...] = ()


def write_metrics(summary: StageSummary, path: Path) -> None:
    """Write the counts as JSON for `dvc metrics show`, atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(json.dumps(summary.counts, indent=2) + "\n", encoding="utf-8")
    os.replace(partial, path)


def report(summary: StageSummary, metrics: Path | None) -> None:
    """Print a stage's counts and time, and write the counts for `dvc metrics show`."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=summary.stage, title_justify="left", title_style="bold", show_header=False)
    table.add_column(overflow="fold")
    table.add_column(justify="right")
    for name, value in summary.counts.items():
        worrying = "quarantined" in name or "no_longer_fit" in name
        style = "yellow" if worrying and value else ""
        table.add_row(name.replace("_", " "), f"{value:,}", style=style)
    table.add_row("time", f"{summary.seconds:,.1f} s", style="dim")
    console = Console()
    console.print(table)
    for path in summary.outputs:
        console.print(Text(f"wrote {path}", style="dim"), soft_wrap=True)
    if metrics is not None:
        write_metrics(summary, metrics)
