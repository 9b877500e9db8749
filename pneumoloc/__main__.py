"""`pneumoloc`: what `python -m pipeline` and `python -m model` do, as one command."""

from typing import Annotated

import typer

from command_line.scratch import scratch_folder
from model.cli import app as model
from pipeline.cli import app as pipeline

_EXAMPLES = """\
Examples:

\b
  pneumoloc pipeline run csv reports.csv --out tables --column text=report_text
  pneumoloc pipeline audit show r0000012 --tables tables
  pneumoloc model images rsna /data/rsna-2018 --out tables
  pneumoloc model predict chest.dcm --out findings
  pneumoloc --install-completion

The whole job on generated reports and images, with no download: dvc repro
From Python: import pneumoloc; help(pneumoloc)
"""

app = typer.Typer(
    name="pneumoloc",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help is there at once
    pretty_exceptions_show_locals=False,
    epilog=_EXAMPLES,
)
app.add_typer(
    pipeline,
    name="pipeline",
    short_help="Reports to audited label tables, stage by stage or in one run.",
)
app.add_typer(
    model,
    name="model",
    short_help="Images and label tables to a trained model; boxes on new images.",
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"pneumoloc {version('pneumoloc')}")
        raise typer.Exit


@app.callback()
def _pneumoloc(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the release."),
    ] = False,
) -> None:
    """Pneumonia's attributes and places from reports, and boxes on chest X-rays."""


def main() -> None:
    """Run the command line."""
    with scratch_folder():
        app(prog_name="pneumoloc")


if __name__ == "__main__":
    main()
