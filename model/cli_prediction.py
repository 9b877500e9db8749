"""The commands that use a trained model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from command_line.commands import Commands, require
from command_line.options import Assignments, Params
from command_line.summary import report

if TYPE_CHECKING:
    from model.settings import ModelSettings

DATA = Path("data")
_MAKES = "model network (or: uv run dvc repro)"
Weights = Annotated[
    Path | None,
    typer.Option(
        "--weights",
        "--models",
        metavar="DIR",
        help="Folder of detector, network and evaluation, as trained, such as data. Default: the "
        "weights that are kept in the repository.",
        show_default=False,
    ),
]

app = typer.Typer(cls=Commands, rich_markup_mode=None)


@app.command(epilog="Example: python -m model predict chest.dcm more/ --out findings")
def predict(
    images: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE...", help="DICOM, PNG or JPEG files, or folders of them."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")] = Path(
        "findings"
    ),
    weights: Weights = None,
    params: Params = None,
    assignments: Assignments = None,
    metrics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JSON file for the counts.")
    ] = None,
) -> None:
    """Find boxes, attributes and severity on images, without any report. No medical device.

    Writes predictions.json, coco.json, Parquet tables, and a picture of each image with its boxes.
    Images that cannot be read are listed in quarantine.parquet.
    """
    models, settings = _weights_and_settings("predict", weights, params, assignments)
    from model.stages.predict import predict as stage

    report(stage(settings=settings, images=images, models=models, out=out), metrics)


@app.command("export-onnx", epilog="Example: python -m model export-onnx pneumoloc.onnx")
def export_onnx(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")],
    weights: Weights = None,
    params: Params = None,
    assignments: Assignments = None,
) -> None:
    """Write the path from an image to its findings as ONNX.

    Its inputs are `pixels`, [1, 1, S, S], 0 to 255: the image fitted into a square as
    model.tensors.square does it; and `frame`, the image's edges in that square. FILE.json says
    what the outputs mean.
    """
    models, settings = _weights_and_settings("export-onnx", weights, params, assignments)
    from model.prediction.exported import export_onnx as write
    from model.prediction.predictor import load_predictor

    meaning = write(load_predictor(models, settings), path)
    typer.echo(f"wrote {path} and {meaning}")


@app.command(
    "export-weights", epilog="Example: python -m model export-weights weights --about weights.yaml"
)
def export_weights(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write.")],
    about: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="YAML file that says what the weights are for, under which licences, what they "
            "were tested on and where they fail.",
        ),
    ],
    models: Annotated[
        Path,
        typer.Option(
            "--weights",
            "--models",
            metavar="DIR",
            help="Folder of detector, network and evaluation, as trained.",
        ),
    ] = DATA,
    scores: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A scores.parquet; may be repeated. Default: that of the evaluation.",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        float, typer.Option(metavar="MB", min=0, help="Most megabytes that all files may take.")
    ] = 20,
    params: Params = None,
    assignments: Assignments = None,
) -> None:
    """Write trained weights in half precision, to be kept and used without training.

    Writes what prediction needs, card.json, and README.md, which is the card to be read: scores
    with intervals, what was trained on, licences, where it fails.
    """
    from model.settings import resolve_settings

    settings = resolve_settings(params, assignments)
    require("export-weights", models / "network" / "card.json", _MAKES)
    from model.prediction.exported_weights import export_weights as write
    from model.prediction.exported_weights import folder_size

    write(
        models=models,
        settings=settings,
        about=about,
        scores=scores or [models / "evaluation" / "scores.parquet"],
        out=out,
        limit=limit,
    )
    typer.echo(f"wrote {out}, {folder_size(out) / 1e6:.1f} MB")


def _weights_and_settings(
    stage: str, given: Path | None, params: Path | None, assignments: list[str] | None
) -> "tuple[Path, ModelSettings]":
    """The weights to use, once they are sure to be there, and the settings to use them with."""
    from model.prediction.default_weights import find_weights, settings_for

    models = find_weights(given)
    settings = settings_for(models, params, assignments)
    require(stage, models / "network" / "card.json", _MAKES)
    return models, settings
