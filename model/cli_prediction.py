"""The commands that use a trained model."""

from pathlib import Path
from typing import Annotated

import typer

from command_line.commands import Commands, require
from command_line.options import Assignments, Params
from command_line.summary import report

DATA = Path("data")
TrainedModels = Annotated[
    Path,
    typer.Option(
        "--models", metavar="DIR", help="Folder of detector, network and evaluation, as trained."
    ),
]

app = typer.Typer(cls=Commands, rich_markup_mode=None)


@app.command(epilog="Example: python -m model predict chest.dcm more/ --out findings")
def predict(
    images: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE...", help="DICOM, PNG or JPEG files, or folders of them."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")],
    models: TrainedModels = DATA,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSON file for the counts.")
    ] = None,
) -> None:
    """Find boxes, attributes and severity on images, without any report.

    Writes predictions.json, coco.json, Parquet tables, and a picture of each image with its boxes.
    Images that cannot be read are listed in quarantine.parquet.
    """
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments)
    require("predict", models / "network" / "card.json", "model network (or: uv run dvc repro)")
    from model.stages.predict import predict as stage

    report(stage(settings=settings, images=images, models=models, out=out), metrics)


@app.command("export-onnx", epilog="Example: python -m model export-onnx pneumoloc.onnx")
def export_onnx(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")],
    models: TrainedModels = DATA,
    params: Params = None,
    assignments: Assignments = None,
) -> None:
    """Write the path from an image to its findings as ONNX.

    Its inputs are `pixels`, [1, 1, S, S], 0 to 255: the image fitted into a square as
    model.tensors.square does it; and `frame`, the image's edges in that square. FILE.json says
    what the outputs mean.
    """
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments)
    require("export-onnx", models / "network" / "card.json", "model network (or: uv run dvc repro)")
    from model.prediction.exported import export_onnx as write
    from model.prediction.predictor import load_predictor

    meaning = write(load_predictor(models, settings), path)
    typer.echo(f"wrote {path} and {meaning}")
