"""The commands of `python -m pipeline`; each calls its stage, imported only when it runs."""

import typer

from command_line.commands import Commands
from pipeline import cli_audit, cli_exchange, cli_run, cli_second_opinion, cli_stages

app = typer.Typer(
    name="pipeline",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help is there at once
    pretty_exceptions_show_locals=False,
    help="From radiology reports to audited label tables. `dvc repro` runs all stages; `run` does "
    "so without DVC; every stage can also be run by itself.",
    epilog="Example: python -m pipeline run openi_csv indiana_reports.csv --out tables",
)
app.add_typer(cli_stages.app)
app.add_typer(cli_run.app)
app.add_typer(cli_second_opinion.app)
app.add_typer(cli_audit.app, name="audit")
app.add_typer(cli_exchange.export_app, name="export")
app.add_typer(cli_exchange.import_app, name="import")
