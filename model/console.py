"""What every command says when something is missing or wrong."""

from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

_OUR_PACKAGES = ("model", "data_contracts")


class MissingInputError(FileNotFoundError):
    """A stage's input has not been made; the message names stage, path and the next command."""


class Commands(TyperGroup):
    """Commands whose expected errors are one message."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; an error that our packages raise is printed without a trace."""
        try:
            return super().invoke(ctx)
        except (ValueError, OSError) as error:
            if type(error).__module__.partition(".")[0] not in _OUR_PACKAGES:
                raise
            typer.secho(str(error), fg="red", err=True)
            raise typer.Exit(2) from None


def require(stage: str, path: Path, following: str) -> None:
    """Make sure that a stage's input is there.

    Args:
        stage: that is to run.
        path: its input.
        following: the command that makes it, without `python -m`.

    Raises:
        MissingInputError: it is not there.
    """
    if not path.exists():
        raise MissingInputError(f"{stage}: {path} is not there.\nNext: python -m {following}")


def require_tables(stage: str, folder: Path) -> None:
    """Make sure that the label tables are there.

    Raises:
        MissingInputError: one of them is not.
    """
    for name, following in (
        ("labels", "label"),
        ("vocabulary", "vocabulary"),
        ("embeddings", "embed"),
    ):
        require(stage, folder / f"{name}.parquet", f"pipeline {following} --tables {folder}")
