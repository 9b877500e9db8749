"""The commands of `python -m pipeline audit` that tell how good labels and rules are."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from command_line.commands import Commands, require
from command_line.options import (
    Assignments,
    Metrics,
    Params,
    metrics_path,
)
from command_line.summary import report, write_metrics
from pipeline.options import Corrections, Sample, Tables, corrections_folder, settings_of

if TYPE_CHECKING:
    from pipeline.auditing.references.coding import ReferenceKind
    from pipeline.auditing.references.reading import Aspect

app = typer.Typer(cls=Commands, rich_markup_mode=None)

_AUDIT = Path("data/audit")


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
    ] = _AUDIT,
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
    ] = _AUDIT,
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
