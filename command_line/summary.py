"""What a stage tells its user when it is done: counts, quarantined rows, time."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from command_line.json_files import write_json
from command_line.spent import Spent, measure_spent, read_run, write_spent
from data_contracts.ranks import is_first_process

#: Folder beside the counts for what stages cost.
TIMES: Final = "times"


@dataclass(frozen=True, slots=True)
class StageSummary:
    """A stage's outcome; holds numbers only, never a report's text.

    Attributes:
        stage: the stage's name.
        counts: what was read and written, in the order to show it.
        seconds: wall time; shown, but not written, so that equal runs give equal files.
        outputs: the tables written.
        notices: what its user has to know before going on.
    """

    stage: str
    counts: dict[str, int | float] = field(default_factory=dict)
    seconds: float = 0.0
    outputs: tuple[Path, ...] = ()
    notices: tuple[str, ...] = ()


def helped(stage: str, started: float) -> StageSummary:
    """The summary of a process that helped another one to train, which counts and writes."""
    return StageSummary(stage, {}, time.perf_counter() - started, ())


def write_metrics(summary: StageSummary, path: Path) -> None:
    """Write the counts as JSON for `dvc metrics show`, atomically."""
    write_json(summary.counts, path)


def report(summary: StageSummary, metrics: Path | None, before: Spent | None = None) -> Spent:
    """Print a stage's counts and what it cost, and write the counts for `dvc metrics show`.

    What it cost goes beside the counts, into `times/`, which is not under version control. Of
    several processes of one run the first one does it.

    Args:
        summary: the stage's.
        metrics: file for the counts; None writes nothing.
        before: what the stage before it cost, where one process runs several.

    Returns:
        What it cost.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not is_first_process():
        return measure_spent(summary.stage, summary.seconds, before)
    # Two stages may run one function; their counts' files tell them apart.
    stage = metrics.stem if metrics else summary.stage
    spent = measure_spent(stage, summary.seconds, before)
    table = Table(title=summary.stage, title_justify="left", title_style="bold", show_header=False)
    table.add_column(overflow="fold")
    table.add_column(justify="right")
    for name, value in summary.counts.items():
        worrying = "quarantined" in name or "no_longer_fit" in name
        style = "yellow" if worrying and value else ""
        table.add_row(name.replace("_", " "), f"{value:,}", style=style)
    table.add_row("time", f"{summary.seconds:,.1f} s", style="dim")
    table.add_row("time before it began", f"{spent.starting:,.1f} s", style="dim")
    table.add_row("cores idle", f"{spent.idle:.1f} of {spent.cores}", style="dim")
    console = Console()
    console.print(table)
    for notice in summary.notices:
        console.print(Text(f"note: {notice}", style="bold yellow"), soft_wrap=True)
    for path in summary.outputs:
        console.print(Text(f"wrote {path}", style="dim"), soft_wrap=True)
    if metrics is not None:
        write_metrics(summary, metrics)
        write_spent(spent, metrics.parent / TIMES)
    return spent


def report_run(metrics: Path) -> None:
    """Print where the time of the run that ends here went, stage by stage.

    Args:
        metrics: folder of the stages' counts.
    """
    from rich.console import Console
    from rich.table import Table

    run = read_run(metrics / TIMES)
    if len(run) < 2:
        return
    whole = run[-1].ended - run[0].started
    table = Table(title="where the time went", title_justify="left", title_style="bold")
    for heading in ("stage", "seconds", "of it starting", "cores idle"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    for spent in run:
        table.add_row(
            spent.stage,
            f"{spent.seconds:,.1f}",
            f"{spent.starting:,.1f}",
            f"{spent.idle:.1f} of {spent.cores}",
        )
    between = whole - sum(spent.seconds for spent in run)
    table.add_row("between stages", f"{between:,.1f}", "", "", style="dim")
    starting = sum(spent.starting for spent in run)
    table.add_row("all", f"{whole:,.1f}", f"{starting:,.1f}", "", style="bold")
    Console().print(table)
