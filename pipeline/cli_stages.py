"""The commands of `python -m pipeline` that run one stage, imported only when it runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from command_line.commands import Commands, require, require_tables
from command_line.options import Assignments, Metrics, Params, metrics_path
from command_line.summary import report
from pipeline.options import (
    Out,
    Scheduler,
    Tables,
    corrections_folder,
    named_columns,
    settings_of,
    tell_passed_over,
)
from pipeline.published_labels.opening import KINDS as LABEL_KINDS
from pipeline.published_labels.opening import check_labels_path
from pipeline.sources.opening import KINDS, check_path
from pipeline.sources.records import SourceError

if TYPE_CHECKING:
    from pipeline.settings import NlpSettings

DATA = Path("data")
MAPPED = tuple(name for name, kind in KINDS.items() if kind.mapped)

app = typer.Typer(cls=Commands, rich_markup_mode=None)


@app.command(epilog="Example: python -m pipeline phantom --set phantom.studies=500")
def phantom(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")] = DATA
    / "phantom",
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Generate phantom studies and reports with exact truth.

    Writes studies, lesions, reports, truth_mentions and truth_findings, all from one seed.
    """
    settings = settings_of(params, assignments)
    from pipeline.stages.phantom import phantom as stage

    report(stage(settings=settings.phantom, out=out), metrics_path(metrics, "phantom"))


def either(names: Sequence[str]) -> str:
    """Names as a sentence lists them: "csv, jsonl or xlsx"."""
    return f"{', '.join(names[:-1])} or {names[-1]}"


@app.command(
    epilog="Example: python -m pipeline ingest --set source.kind=csv --set source.path=reports.csv"
)
def ingest(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")] = DATA,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Read a source's reports; set aside what cannot be used.

    source.kind and source.path say which. Columns of usual names, such as report_id and text, are
    found, source.columns names others, and the summary says what was taken for what.

    Writes reports (text, sections, offsets) and quarantine (file, row and reason of each record
    that was left out).
    """
    settings = settings_of(params, assignments)
    check_source("ingest", settings.source.kind, settings.source.path)
    from pipeline.stages.ingest import ingest as stage

    report(stage(settings=settings.source, out=out), metrics_path(metrics, "ingest"))


def check_source(stage: str, kind: str, path: Path) -> None:
    """See that a source is there before anything heavy is loaded."""
    if kind == "phantom":
        require(stage, path / "reports.parquet", f"pipeline phantom --out {path}")
    check_path(kind, path)


def start_workers_ahead(settings: "NlpSettings", scheduler: str | None) -> None:
    """Start the process that workers are forked from, where there will be any."""
    if scheduler is None and settings.workers > 1:
        from pipeline.extraction.running.lexicon_version import lexicon_version
        from pipeline.extraction.running.workers import start_ahead

        start_ahead(lexicon_version(settings.lexicon))


@app.command(epilog="Example: python -m pipeline extract --set nlp.workers=4")
def extract(
    tables: Tables = DATA,
    out: Out = None,
    scheduler: Scheduler = None,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Find mentions, their assertions and their relations.

    Reads reports. Writes mentions (phrase, offsets, assertion and its cue) and findings (each with
    its sides, zones and descriptors). A run that was killed goes on where it stopped.
    """
    settings = settings_of(params, assignments)
    (reports,) = require_tables("extract", tables, "reports")
    start_workers_ahead(settings.nlp, scheduler)
    from pipeline.stages.extract import extract as stage

    summary = stage(settings=settings.nlp, reports=reports, out=out or tables, scheduler=scheduler)
    report(summary, metrics_path(metrics, "extract"))


@app.command(epilog="Example: python -m pipeline label --set label.conflict=impression_wins")
def label(
    tables: Tables = DATA,
    out: Out = None,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Give each report one value per concept.

    Reads reports, mentions and findings. Writes labels: 1 affirmed, 0 negated, -1 uncertain, null
    not mentioned, and the mentions behind each value.
    """
    settings = settings_of(params, assignments)
    reports, mentions, findings = require_tables("label", tables, "reports", "mentions", "findings")
    from pipeline.stages.label import label as stage

    corrections = corrections_folder(settings, tables, None, params, assignments)
    summary = stage(
        settings=settings.label.model_copy(update={"corrections": corrections}),
        lexicon=settings.nlp.lexicon,
        reports=reports,
        mentions=mentions,
        findings=findings,
        out=out or tables,
    )
    report(tell_passed_over(summary, settings, corrections), metrics_path(metrics, "label"))


@app.command(epilog="Example: python -m pipeline vocabulary --set vocabulary.min_reports=50")
def vocabulary(
    tables: Tables = DATA,
    out: Out = None,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Choose the concepts to train on, by frequency and list.

    Reads mentions and labels. Writes vocabulary: each concept's counts, whether it is kept, why.
    """
    settings = settings_of(params, assignments)
    mentions, labels = require_tables("vocabulary", tables, "mentions", "labels")
    from pipeline.stages.vocabulary import vocabulary as stage

    summary = stage(
        settings=settings.vocabulary,
        lexicon=settings.nlp.lexicon,
        mentions=mentions,
        labels=labels,
        out=out or tables,
    )
    report(summary, metrics_path(metrics, "vocabulary"))


@app.command(epilog="Example: python -m pipeline embed --set embed.dimensions=200")
def embed(
    tables: Tables = DATA,
    out: Out = None,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Train word2vec; give tokens and concepts their vectors.

    Reads reports, mentions and vocabulary. Writes embeddings.
    """
    settings = settings_of(params, assignments)
    reports, mentions, kept = require_tables("embed", tables, "reports", "mentions", "vocabulary")
    from pipeline.stages.embed import embed as stage

    summary = stage(
        settings=settings.embed,
        lexicon=settings.nlp.lexicon,
        reports=reports,
        mentions=mentions,
        vocabulary=kept,
        out=out or tables,
    )
    report(summary, metrics_path(metrics, "embed"))


@app.command(
    epilog="Example: python -m pipeline labels chestxray14 /data/chestxray14 --out tables; where "
    "columns have names of their own: --column report_id=case --column finding:pneumonia=Pneumonia"
)
def labels(
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", help=f"{either(tuple(LABEL_KINDS))}.", show_default=False),
    ],
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="File or folder of the labels.", show_default=False),
    ],
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write the tables to.")],
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE=NAME",
            help="Column of a csv, such as finding:pneumonia=Pneumonia; may be repeated. Roles: "
            "report_id, subject_id, study_id, split, and concepts of the lexicon.",
            show_default=False,
        ),
    ] = None,
    embeddings: Annotated[
        str,
        typer.Option(
            metavar="DIR",
            help="Tables of a corpus of reports, whose vectors the concepts get; or one_hot.",
        ),
    ] = "one_hot",
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Turn labels that others mined into the tables to train on.

    Writes labels, vocabulary and embeddings, as label, vocabulary and embed make them of reports,
    and quarantine: file, row and reason of each row that was left out. vocabulary.min_reports,
    keep and drop say which concepts are kept.
    """
    check_labels_path(kind, path)
    columns = named_columns(column)
    if columns and not LABEL_KINDS[kind].mapped:
        raise SourceError(f"--column is for csv; {kind} has columns that are known")
    settings = settings_of(params, assignments)
    from pipeline.stages.published_labels import published_labels as stage

    summary = stage(
        settings=settings.vocabulary,
        lexicon=settings.nlp.lexicon,
        kind=kind,
        path=path,
        columns=columns,
        embeddings=embeddings,
        partition_rows=settings.source.partition_rows,
        out=out,
    )
    counts = metrics or out / "metrics" / "labels.json"
    report(summary, counts)


@app.command(epilog="Example: python -m pipeline propose --set nlp.model=en_core_sci_sm")
def propose(
    tables: Tables = DATA,
    out: Out = None,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Rank a spaCy model's phrases that the lexicon lacks.

    Reads reports and mentions, and needs nlp.model. Writes proposals: counts and examples of
    each phrase, most frequent first.
    """
    settings = settings_of(params, assignments)
    reports, mentions = require_tables("propose", tables, "reports", "mentions")
    from pipeline.stages.propose import propose as stage

    summary = stage(settings=settings.nlp, reports=reports, mentions=mentions, out=out or tables)
    report(summary, metrics_path(metrics, "propose"))


@app.command(epilog="Example: python -m pipeline score-phantom --tables data")
def score_phantom(
    truth: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder that the stage phantom wrote.")
    ] = DATA / "phantom",
    tables: Tables = DATA,
    metrics: Metrics = None,
) -> None:
    """Score extraction against the phantoms' exact truth.

    Reads mentions and findings extracted from phantom reports, and the truth beside these. Gives
    precision, recall and F1 of mentions, relations and statements, and the share of assertions
    that are right. Reports of another source have no truth, and no score.
    """
    mentions, findings = require_tables("score-phantom", tables, "mentions", "findings")
    require("score-phantom", truth / "truth_mentions.parquet", f"pipeline phantom --out {truth}")
    from pipeline.stages.score_phantom import score_phantom as stage

    summary = stage(phantom=truth, mentions=mentions, findings=findings)
    report(summary, metrics_path(metrics, "score_phantom"))
