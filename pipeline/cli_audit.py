"""The commands of `python -m pipeline audit`: holding label tables against references."""

import typer

from pipeline.console import Commands

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Hold label tables against coded references, and see what they rest on.",
)
