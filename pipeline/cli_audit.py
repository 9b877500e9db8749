"""The commands of `python -m pipeline audit`: label tables held against what others coded."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from data_contracts.summary import report, write_metrics
from pipeline.console import Commands, require
from pipeline.options import Metrics, metrics_path

if TYPE_CHECKING:
    from pipeline.audit.coding import ReferenceKind
    from pipeline.audit.reading import Aspect

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Hold label tables against coded references.",
)


@app.callback()
def _audit() -> None:
    """Keep `compare` a command of its own while it is the only one."""


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
            metavar="KIND", help="openi_mesh, openi_gold, chexpert or table.", show_default=False
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
    metrics: Metrics = None,
) -> None:
    """Score a label table against a coded reference.

    Prints precision, recall and F1 per label and group. Writes scores, and disagreements with the
    mentions behind each.
    """
    require("audit compare", labels, "label")
    from rich.console import Console

    from pipeline.audit.rendering import render_comparison
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
    )
    shown = render_comparison(
        done.compared,
        unmapped_labels=done.unmapped_labels,
        unmapped_reference=done.unmapped_reference,
        left_out=done.left_out,
    )
    Console().print(shown)
    write_metrics(done.summary, metrics_path(metrics, "audit_compare"))
    # The ratios stand in the table of scores already.
    counted: dict[str, int | float] = {
        name: count for name, count in done.summary.counts.items() if isinstance(count, int)
    }
    report(replace(done.summary, counts=counted), None)
