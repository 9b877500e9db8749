"""The commands of `python -m model`; each imports what it needs when it runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from command_line.commands import Commands, require, show_rows
from command_line.options import Assignments, Metrics, Params, metrics_path
from model import cli_gallery, cli_prediction, cli_stages

if TYPE_CHECKING:
    from model.label_tables import LabelTables

app = typer.Typer(
    name="model",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,
    epilog="Example: python -m model check data",
)


app.add_typer(cli_stages.app)
app.add_typer(cli_prediction.app)
app.add_typer(cli_gallery.app)


@app.callback()
def _model() -> None:
    """From label tables and images to boxes."""


@app.command(epilog="Example: python -m model check data")
def check(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of labels, vocabulary and embeddings.")
    ],
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder of a trained network whose vocabulary must be that of the tables.",
            show_default=False,
        ),
    ] = None,
    params: Params = None,
    assignments: Assignments = None,
) -> None:
    """Make sure that label tables are whole and agree before training on them.

    Every kept concept must have a label column with evidence and a vector, all vectors one
    length, and no patient may be in two splits.
    """
    from model.label_tables import read_label_tables

    tables = read_label_tables(folder)
    if weights is not None:
        from model.settings import resolve_settings
        from model.tensors.attributes import attributes_of
        from model.training.card import check_vocabulary, read_card

        chosen = attributes_of(tables, resolve_settings(params, assignments).attributes)
        check_vocabulary(read_card(weights, "cross_attention"), chosen.concepts, weights)
    _show(tables)


@app.command(
    epilog="Example: python -m model radiographs --set model.radiographs.size=512 --out pictures"
)
def radiographs(
    phantom: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the phantom's studies and lesions.")
    ] = Path("data/phantom"),
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")] = Path(
        "data/radiographs"
    ),
    params: Params = None,
    assignments: Assignments = None,
    metrics: Metrics = None,
) -> None:
    """Draw the phantom cohort's radiographs.

    Writes pictures, the tables images, boxes and severity, and sheet.png to look at.
    """
    from command_line.summary import report
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments).radiographs
    require("radiographs", phantom / "studies.parquet", f"pipeline phantom --out {phantom}")
    from model.stages.radiographs import radiographs as stage

    summary = stage(settings=settings, phantom=phantom, out=out)
    report(summary, metrics_path(metrics, "radiographs"))


@app.command(epilog="Example: python -m model images rsna rsna-pneumonia --out data/rsna")
def images(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="chestxray14, covid, vindr_cxr, padchest_gr, chexlocalize, rsna, mimic_cxr_jpg, "
            "ms_cxr, nvidia_mimic, or folder for any images.",
        ),
    ],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder of the data set.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")],
    annotations: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="CSV or COCO JSON (folder, ms_cxr, nvidia_mimic), mappings to patients (rsna) or "
            "folder of tables (mimic_cxr_jpg) that lies elsewhere.",
            show_default=False,
        ),
    ] = None,
    all_views: Annotated[
        bool, typer.Option("--all-views", help="Keep lateral and other views too.")
    ] = False,
    merge_annotators: Annotated[
        bool,
        typer.Option(
            "--merge-annotators",
            help="Merge boxes of a finding that two of an image's annotators drew (IoU 0.5), and "
            "leave out what one of several drew.",
        ),
    ] = False,
    workers: Annotated[
        int, typer.Option(metavar="N", min=1, help="Processes that decode images.")
    ] = 1,
    metrics: Metrics = None,
) -> None:
    """Read a data set's radiographs and boxes; set aside what cannot be used.

    Writes images, boxes, severity, zone_scores, image_notes (what is out of the ordinary with an
    image) and quarantine (file, row and reason of all that was left out).
    """
    from command_line.summary import report
    from model.stages.images import images as stage

    summary = stage(
        kind=kind,
        path=path,
        out=out,
        annotations=annotations,
        all_views=all_views,
        merge_annotators=merge_annotators,
        workers=workers,
    )
    report(summary, metrics_path(metrics, "images"))


def _show(tables: "LabelTables") -> None:
    reports, dimensions = tables.labels.num_rows, tables.vectors.shape[1]
    show_rows(
        f"{reports:,} reports, {len(tables.concepts)} concepts, vectors of {dimensions}",
        ("concept", "reports that affirm it", "share"),
        [
            (name, f"{positives:,}", f"{positives / max(reports, 1):.1%}")
            for name, positives in tables.positives.items()
        ],
    )
