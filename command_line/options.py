"""The options that commands of both packages share."""

from pathlib import Path
from typing import Annotated

import typer

Params = Annotated[
    Path | None,
    typer.Option(
        "--params",
        metavar="FILE",
        help="Settings file. Default: ./params.yaml where there is one, else built-in defaults.",
        show_default=False,
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "-S",
        metavar="KEY=VALUE",
        help="One setting in place of the file's, KEY as in params.yaml; may be repeated.",
        show_default=False,
    ),
]


def _plain_file(path: Path | None) -> Path | None:
    """See before a stage begins that its counts can have a place."""
    if path is not None and (not path.name or (path.exists() and not path.is_file())):
        raise typer.BadParameter(f"{path} is a folder, device or pipe; expected a file's name")
    return path


Metrics = Annotated[
    Path | None,
    typer.Option(
        "--metrics",
        metavar="FILE",
        help="JSON file for the counts. Default: metrics/<stage>.json.",
        show_default=False,
        callback=_plain_file,
    ),
]
Images = Annotated[
    Path | None,
    typer.Option(
        "--images",
        metavar="DIR",
        help="Folder of an images table, to show X-rays. Default: those found below --tables.",
        show_default=False,
    ),
]
ImagesRoot = Annotated[
    Path | None,
    typer.Option(
        "--images-root",
        metavar="DIR",
        help="Folder that the table's paths start from. Default: that of the images table.",
        show_default=False,
    ),
]
Predictions = Annotated[
    Path | None,
    typer.Option(
        "--predictions",
        metavar="DIR",
        help="Folder of what methods found on the images. Default: predictions in --tables.",
        show_default=False,
    ),
]


def metrics_path(metrics: Path | None, stage: str) -> Path:
    """Where a stage's counts go."""
    return metrics or Path("metrics") / f"{stage.replace('-', '_')}.json"
