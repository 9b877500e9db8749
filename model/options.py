"""The options that several commands share, and the settings they add up to."""

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
        help="One setting in place of the file's, such as model.network.epochs=4; may be repeated.",
        show_default=False,
    ),
]
Tables = Annotated[
    Path,
    typer.Option("--tables", metavar="DIR", help="Folder of labels, vocabulary and embeddings."),
]
Models = Annotated[
    Path,
    typer.Option("--models", metavar="DIR", help="Folder of regions and of trained networks."),
]
Metrics = Annotated[
    Path | None,
    typer.Option(
        "--metrics",
        metavar="FILE",
        help="JSON file for the counts. Default: metrics/<stage>.json.",
        show_default=False,
    ),
]
Record = Annotated[
    Path | None,
    typer.Option(
        "--record",
        metavar="DIR",
        help="Folder for the loss of every epoch (DVCLive). Default: dvclive/<stage>.",
        show_default=False,
    ),
]


def metrics_path(metrics: Path | None, stage: str) -> Path:
    """Where a stage's counts go."""
    return metrics or Path("metrics") / f"{stage.replace('-', '_')}.json"


def record_path(record: Path | None, stage: str) -> Path:
    """Where the record of a training goes."""
    return record or Path("dvclive") / stage
