"""The commands of `python -m pipeline audit`: see, sample, measure and correct a run's labels."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from command_line.commands import Commands, require_tables
from command_line.options import (
    Assignments,
    Images,
    ImagesRoot,
    Metrics,
    Params,
    Predictions,
)
from command_line.summary import report
from pipeline import cli_audit_quality
from pipeline.options import Corrections, Sample, Tables, corrections_folder, settings_of

if TYPE_CHECKING:
    from pipeline.auditing.tables.database import Tables as Database
    from pipeline.auditing.tables.sampling import Stratification

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="See why labels are what they are; sample, review, correct, measure and compare them.",
)


@app.command(epilog="Example: python -m pipeline audit summary --against other_run/data")
def summary(
    tables: Tables = Path("data"),
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Tables of another run: show which labels differ from its own.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for counts.parquet, and for changes.parquet where there is another run.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Count mentions per concept, assertion, source, section and split.

    Tells also how often findings and impression agree, and with --against which labels differ
    from another run's, concept by concept, with the reports.
    """
    from rich.console import Console

    from pipeline.auditing.tables.database import Tables as Database
    from pipeline.auditing.tables.summarizing import summarize

    with Database(tables) as database:
        Console().print(summarize(database))
        if out is not None:
            _write_counts(database, out / "counts.parquet")
        if against is not None:
            _tell_changes(database, against, out)


def _write_counts(database: "Database", path: Path) -> None:
    # What checks tables takes longer to load than all of a summary's queries.
    from data_contracts.audit_tables import COUNTS
    from data_contracts.storage import write_table
    from pipeline.auditing.tables.counting import cross_counts

    write_table(COUNTS, cross_counts(database), path)


def _tell_changes(database: "Database", against: Path, out: Path | None) -> None:
    from rich.console import Console

    from data_contracts.audit_tables import CHANGES
    from data_contracts.storage import write_table
    from pipeline.auditing.tables.changes import find_changes
    from pipeline.auditing.tables.database import Tables as Database
    from pipeline.auditing.tables.summarizing import summarize_changes

    with Database(against) as before:
        changes = find_changes(database, before)
    Console().print(summarize_changes(changes, str(against)))
    if out is not None:
        write_table(CHANGES, changes.rows, out / "changes.parquet")


@app.command(epilog="Example: python -m pipeline audit show r0000012")
def show(
    report_id: Annotated[
        str, typer.Argument(metavar="REPORT_ID", help="The report.", show_default=False)
    ],
    tables: Tables = Path("data"),
) -> None:
    """Show a report with its mentions, cues and relations.

    Mentions are coloured by category and styled by assertion, cues are underlined. This prints a
    patient's text.
    """
    from rich.console import Console

    from pipeline.auditing.tables.database import Tables as Database
    from pipeline.auditing.tables.one_report import read_report
    from pipeline.auditing.tables.showing import show_report

    with Database(tables) as database:
        read = read_report(database, report_id)
    Console().print(show_report(read))


@app.command(epilog="Example: python -m pipeline audit sample --by cue --reports 200")
def sample(
    tables: Tables = Path("data"),
    by: Annotated[
        str,
        typer.Option(
            help="What the strata are made of: concept (affirmed), assertion, cue (its words), "
            "disagreement (of findings and impression) or reference (disagreements that `audit "
            "compare` wrote)."
        ),
    ] = "concept",
    reports: Annotated[int, typer.Option(min=1, help="How many to draw.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same reports.")] = 0,
    corrections: Corrections = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The sample to write. Default: sample.parquet in the folder of the corrections.",
            show_default=False,
        ),
    ] = None,
    metrics: Metrics = None,
) -> None:
    """Draw reports for review, rare things first among equals.

    Each report belongs to one stratum, that of the rarest thing it holds, so that scores can be
    weighed back to all reports. `audit serve` reviews them, `audit measure` weighs.
    """
    from pipeline.auditing.corrections.log import sample_file
    from pipeline.stages.audit_sample import audit_sample

    folder = corrections_folder(settings_of(None, None), tables, corrections)
    done = audit_sample(
        tables=tables,
        by=cast("Stratification", by),
        reports=reports,
        seed=seed,
        corrections=folder,
        out=out or sample_file(folder),
    )
    report(done, metrics)


@app.command(
    epilog='Example: python -m pipeline audit sql "SELECT concept_id, count(*) FROM mentions '
    "WHERE assertion = 'uncertain' GROUP BY ALL ORDER BY 2 DESC\""
)
def sql(
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="QUERY",
            help="One SELECT. Without it, the tables and their columns are listed.",
            show_default=False,
        ),
    ] = None,
    tables: Tables = Path("data"),
    corrections: Corrections = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write all rows to a .csv or .parquet file instead of showing some.",
            show_default=False,
        ),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="Rows to show.")] = 50,
) -> None:
    """Ask the tables by SQL (DuckDB), each by its name.

    data/mentions.parquet is `mentions`, data/phantom/studies.parquet is `phantom_studies`. Label
    columns want quotes: "finding:opacity". Queries read these tables and nothing else, and write
    nothing; --out replaces an older answer, and no table of a run.
    """
    from rich.console import Console

    from pipeline.auditing.tables.answers import check_place, list_tables, show_answer, write_answer
    from pipeline.auditing.tables.database import Tables as Database

    folder = corrections_folder(settings_of(None, None), tables, corrections)
    console = Console()
    if out is not None:
        check_place(out)
    with Database(tables, *([folder] if folder.is_dir() else [])) as database:
        if query is None:
            console.print(list_tables(database))
            return
        answer = database.ask(query)
    if out is None:
        console.print(show_answer(answer, rows))
    else:
        write_answer(answer, out)
        console.print(f"wrote {answer.num_rows:,} rows to {out}", style="dim", soft_wrap=True)


@app.command(epilog="Example: python -m pipeline audit serve")
def serve(
    tables: Tables = Path("data"),
    sample: Sample = None,
    corrections: Corrections = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but this machine's own needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8765,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="PNEUMOLOC_TOKEN",
            help="Secret that a browser must bring; best given by the environment.",
            show_default=False,
        ),
    ] = None,
    images: Images = None,
    images_root: ImagesRoot = None,
    predictions: Predictions = None,
    params: Params = None,
    assignments: Assignments = None,
) -> None:
    """Review reports in a browser; decisions become corrections.

    Where there is no sample, one is drawn. Where the images of reports are at hand, they are shown
    beside them, with what methods found. Listens on this machine alone and needs no network.
    Every decision is kept at once in the corrections table, which the stage label applies when it
    is run again.
    """
    from pipeline.stages.audit_serve import audit_serve

    settings = settings_of(params, assignments)
    require_tables("audit serve", tables, "reports", "mentions", "findings")
    # Nothing heavy is loaded here, so that the address is told at once.
    audit_serve(
        tables=tables,
        sample=sample,
        corrections=corrections_folder(settings, tables, corrections, params, assignments),
        lexicon=settings.nlp.lexicon,
        host=host,
        port=port,
        token=token,
        images=images,
        images_root=images_root,
        predictions=predictions,
    )


app.add_typer(cli_audit_quality.app)
