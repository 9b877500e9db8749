"""The commands that run all stages, and that look at what a run has made."""

from pathlib import Path
from typing import Annotated

import typer

from command_line.commands import Commands, require_tables, show_rows
from command_line.options import Assignments, Metrics, Params, metrics_path
from command_line.summary import report, report_run
from pipeline.cli_stages import DATA, MAPPED, check_source, either, start_workers_ahead
from pipeline.options import (
    Scheduler,
    Tables,
    column_roles,
    corrections_folder,
    settings_of,
    tell_passed_over,
)
from pipeline.sources.opening import KINDS, check_kind
from pipeline.sources.records import SourceError

app = typer.Typer(cls=Commands, rich_markup_mode=None)


@app.command(
    epilog="Example: python -m pipeline run csv reports.csv --out tables; where columns have names "
    "of their own: --column report_id=case --column text=dictation"
)
def run(
    source_kind: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE_KIND",
            help=f"{either(tuple(KINDS))}.",
            show_default=False,
        ),
    ],
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="PATH",
            help="File or folder of reports; the phantom is generated where none is given.",
            show_default=False,
        ),
    ] = None,
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write all tables to.")],
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE=NAME",
            help=f"Column of a {either(MAPPED)} source whose name is not a usual one, such as "
            "text=dictation; may be repeated. Roles: report_id, subject_id, study_id, split, and "
            "text or the sections indication, comparison, findings, impression.",
            show_default=False,
        ),
    ] = None,
    scheduler: Scheduler = None,
    params: Params = None,
    assignments: Assignments = None,
) -> None:
    """Go from a source to all text tables, without DVC.

    Ingest, extract, label, vocabulary and embed in one call. Writes every table to DIR and the
    counts to DIR/metrics.
    """
    check_kind(source_kind)
    roles = column_roles(column) if column else {}
    if roles and not KINDS[source_kind].mapped:
        raise SourceError(
            f"--column is for {either(MAPPED)}; {source_kind} has columns that are known"
        )
    if path is not None:
        check_source("run", source_kind, path)
    settings = settings_of(params, assignments, {"source.kind": source_kind, **roles})
    if path is None and source_kind != "phantom":
        raise SourceError(
            f"run: a {source_kind} source needs the PATH of its reports: {KINDS[source_kind].path}"
        )
    start_workers_ahead(settings.nlp, scheduler)
    from pipeline.stages.run import run as stages

    corrections = corrections_folder(settings, out, None, params, assignments)
    ran = stages(
        settings=settings, source=path, out=out, corrections=corrections, scheduler=scheduler
    )
    spent = None
    for summary in ran:
        if summary.stage == "label":
            summary = tell_passed_over(summary, settings, corrections)
        spent = report(summary, None, spent)


@app.command(epilog="Example: python -m pipeline neighbours consolidation --count 20")
def neighbours(
    word: Annotated[
        str,
        typer.Argument(metavar="WORD", help="A word, or a concept such as finding:consolidation."),
    ],
    tables: Tables = DATA,
    count: Annotated[int, typer.Option(min=1, help="How many to show.")] = 10,
) -> None:
    """Show the words and concepts nearest to a word.

    Reads embeddings.
    """
    (embeddings,) = require_tables("neighbours", tables, "embeddings")
    from pipeline.embeddings.neighbours import neighbours as nearest

    show_rows(
        f"nearest to {word}",
        ("word or concept", "count", "similarity"),
        [
            (near.key, f"{near.count:,}", f"{near.similarity:.3f}")
            for near in nearest(embeddings=embeddings, query=word, count=count)
        ],
    )


@app.command(epilog="Example: python -m pipeline overview --tables tables --out overview.html")
def overview(
    tables: Tables = DATA,
    phantom_score: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Metrics of score-phantom, to show how much of the truth was found.",
            show_default=False,
        ),
    ] = None,
    comparison: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="What `audit compare` wrote, to show it.", show_default=False
        ),
    ] = None,
    evaluation: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="What `python -m model evaluate` wrote. Default: evaluation below the tables.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The page. Default: overview.html in the folder of the tables.",
            show_default=False,
        ),
    ] = None,
    dated: Annotated[
        bool,
        typer.Option(
            "--dated",
            help="Put date and commit into the page itself, to pass it on as one file; without it "
            "they are in a small picture beside the page, and equal runs give equal pages.",
        ),
    ] = False,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Write one HTML page of what a run has made, to look at.

    Which run it is and what went wrong, counts, findings by place, a map of the concepts, how good
    extraction is by reviews and truth, and the model's scores and figures where there are any. It
    needs no network, and quotes no report.
    """
    settings = settings_of(params, assignments)
    require_tables("overview", tables, "reports", "mentions", "findings", "labels")
    from pipeline.auditing.corrections.log import sample_file
    from pipeline.stages.overview import overview as stage

    corrections = corrections_folder(settings, tables, None, params, assignments)
    summary = stage(
        settings=settings,
        tables=tables,
        sample=sample_file(corrections),
        corrections=corrections,
        phantom_score=phantom_score,
        comparison=comparison,
        evaluation=evaluation or tables / "evaluation",
        out=out or tables / "overview.html",
        dated=dated,
    )
    counts = metrics_path(metrics, "overview")
    report(summary, counts)
    report_run(counts.parent)
