"""How long work tells how far it is: a bar on the terminal, nothing anywhere else."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)


def progress_bar(unit: str, *more: ProgressColumn) -> Progress:
    """A bar that counts, on standard error where that is a terminal.

    Args:
        unit: what is counted, such as `records`.
        more: columns behind the count; the time that has passed where none is given.
    """
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        *(more or (TimeElapsedColumn(),)),
        console=console,
        disable=not console.is_terminal,
    )
