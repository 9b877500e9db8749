"""The options that several commands of the image side share."""

from pathlib import Path
from typing import Annotated

import typer

#: The label tables that the image side works from.
LABEL_TABLES = ("labels", "vocabulary", "embeddings")

Tables = Annotated[
    Path,
    typer.Option("--tables", metavar="DIR", help="Folder of labels, vocabulary and embeddings."),
]
Models = Annotated[
    Path,
    typer.Option("--models", metavar="DIR", help="Folder of regions and of trained networks."),
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


def record_path(record: Path | None, stage: str) -> Path:
    """Where the record of a training goes."""
    return record or Path("dvclive") / stage
