"""The commands of `python -m pipeline audit`: see, sample, measure and correct a run's labels."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from command_line.commands import Commands, require, require_tables
from command_line.options import (
    Assignments,
    Images,
    ImagesRoot,
    Metrics,
    Params,
    Predictions,
    metrics_path,
)
from command_line.summary import report, write_metrics
from pipeline.options import Corrections, Tables, corrections_folder, settings_of

if TYPE_CHECKING:
    from pipeline.auditing.references.coding import ReferenceKind
    from pipeline.auditing.references.reading import Aspect
    from pipeline.auditing.tables.database import Tables as Database
    from pipeline.auditing.tables.sampling import Stratification

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="See why labels are what they are; sample, review, correct, measure and compare them.",
)

AUDIT = Path("data/audit")

Sample = Annotated[
    Path | None,
    typer.Option(
        "--sample",
        metavar="FILE",
        help="The sample under review. Default: sample.parquet in the folder of the corrections.",
        show_default=False,
    ),
]


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


@app.command(epilog="Example: python -m pipeline audit measure --reviewer ada")
def measure(
    tables: Annotated[
        Path,
        typer.Option(
            metavar="DIR", help="Folder of the tables whose reviews are measured; none is read."
        ),
    ] = Path("data"),
    sample: Sample = None,
    corrections: Corrections = None,
    reviewer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Measure by this reviewer's decisions alone. Default: the last decision counts.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for measures and figure.")
    ] = AUDIT,
    metrics: Metrics = None,
) -> None:
    """Measure precision and recall from reviewed reports.

    Per concept, assertion, cue and rule, with 95% intervals that honour the sample's strata; what
    is wrong most often comes first. Tells how far reviewers agree (Cohen's kappa). Writes
    measures.parquet and reliability.png.
    """
    from rich.console import Console

    from pipeline.auditing.corrections.log import sample_file
    from pipeline.auditing.measuring.rendering import render_measures
    from pipeline.stages.audit_measure import audit_measure

    folder = corrections_folder(settings_of(None, None), tables, corrections)
    reviewed = sample or sample_file(folder)
    require("audit measure", reviewed, f"pipeline audit sample --out {reviewed}")
    done = audit_measure(
        sample=reviewed,
        corrections=folder,
        out=out,
        reviewer=reviewer,
    )
    Console().print(render_measures(done.measures, done.kappas, done.uncovered))
    report(done.summary, metrics)


@app.command(epilog="Example: python -m pipeline audit rules --out data/audit")
def rules(
    tables: Tables = Path("data"),
    corrections: Corrections = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="File or folder of a coded reference, which says what was right.",
            show_default=False,
        ),
    ] = None,
    reference_kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="openi_mesh, openi_gold, chexpert, padchest_gr or table.",
            show_default=False,
        ),
    ] = None,
    halves: Annotated[
        bool,
        typer.Option(
            "--halves", help="Let the reference judge half A of the reports alone, as compare does."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder for rule_use.parquet, with all lines.", show_default=False
        ),
    ] = None,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Count what each line of the lexicon decided, and how often it was right.

    Of every phrase and cue: mentions, reports, assertions, and, where reviewers have decided or a
    coded reference is given, how many were right. Lines that are wrong more often than right come
    first, then those that no report needed.
    """
    if (reference is None) != (reference_kind is None):
        raise typer.BadParameter("--reference and --reference-kind go together; give both")
    from rich.console import Console

    from pipeline.auditing.rule_use.rendering import render_use
    from pipeline.stages.audit_rules import CodedReference, audit_rules

    settings = settings_of(params, assignments)
    coded = None
    if reference is not None:
        labels = tables / "labels.parquet"
        require("audit rules", labels, "pipeline label")
        coded = CodedReference(
            cast("ReferenceKind", reference_kind), reference, labels, half_a=halves
        )
    done = audit_rules(
        tables=tables,
        corrections=corrections or settings.label.corrections,
        lexicon=settings.nlp.lexicon,
        reference=coded,
        out=out,
    )
    Console().print(render_use(done.rows))
    report(done.summary, metrics)


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


@app.command(
    epilog="Example: python -m pipeline audit compare --reference-kind openi_mesh "
    "--reference indiana_reports.csv"
)
def compare(
    reference: Annotated[
        Path,
        typer.Option(metavar="PATH", help="File or folder of the reference.", show_default=False),
    ],
    reference_kind: Annotated[
        str,
        typer.Option(
            metavar="KIND",
            help="openi_mesh, openi_gold, chexpert, padchest_gr, second_opinion or table.",
            show_default=False,
        ),
    ],
    labels: Annotated[
        Path, typer.Option(metavar="FILE", help="Labels table, or a CSV or Parquet of labels.")
    ] = Path("data/labels.parquet"),
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for scores and disagreements.")
    ] = Path("data/audit"),
    aspect: Annotated[
        str,
        typer.Option(
            help="What counts as a positive on both sides: affirmed, negated, uncertain or "
            "mentioned."
        ),
    ] = "affirmed",
    uncertain: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=READING",
            help="How our -1 is read for a concept or category, such as side=ignore: positive, "
            "negative, ignore or follow; may be repeated.",
            show_default=False,
        ),
    ] = None,
    reference_uncertain: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=READING", help="The same for the reference's own -1.", show_default=False
        ),
    ] = None,
    coding: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Data file that says how the reference codes, in place of the kind's own.",
            show_default=False,
        ),
    ] = None,
    halves: Annotated[
        bool,
        typer.Option(
            "--halves",
            help="Score both halves of the reports and their distance, and tell the disagreements "
            "of half A alone: write rules by these, and let half B say what they are worth.",
        ),
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Of second_opinion, where several readers were asked: the model.",
            show_default=False,
        ),
    ] = None,
    metrics: Metrics = None,
) -> None:
    """Score a label table against a coded reference.

    Prints precision, recall and F1 per label and group, F1 with its 95% interval over reports, and
    a confusion table that tells uncertain from absent. Writes these, and the disagreements with the
    mentions behind each.
    """
    require("audit compare", labels, "pipeline label")
    from rich.console import Console

    from pipeline.auditing.references.rendering import render_alike, render_comparison
    from pipeline.stages.audit_compare import audit_compare

    done = audit_compare(
        labels=labels,
        reference_kind=cast("ReferenceKind", reference_kind),
        reference=reference,
        out=out,
        uncertain=uncertain or (),
        reference_uncertain=reference_uncertain or (),
        aspect=cast("Aspect", aspect),
        coding=coding,
        halves=halves,
        model=model,
    )
    shown = render_comparison(
        done.compared,
        halves=halves,
        unmapped_labels=done.unmapped_labels,
        unmapped_reference=done.unmapped_reference,
        left_out=done.left_out,
    )
    Console().print(shown)
    if reference_kind == "second_opinion":
        Console().print(render_alike(done.compared.confusion))
    write_metrics(done.summary, metrics_path(metrics, "audit_compare"))
    # The ratios stand in the table of scores already.
    counted: dict[str, int | float] = {
        name: count for name, count in done.summary.counts.items() if isinstance(count, int)
    }
    report(replace(done.summary, counts=counted), None)
