"""The options that several commands of the text side share, and the settings they add up to."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from pipeline.settings import Settings

Tables = Annotated[
    Path, typer.Option("--tables", metavar="DIR", help="Folder of the tables to read.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder to write to. Default: the folder of the tables.",
        show_default=False,
    ),
]
Corrections = Annotated[
    Path | None,
    typer.Option(
        "--corrections",
        metavar="DIR",
        help="Folder of the corrections. Default: label.corrections of the settings.",
        show_default=False,
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Running Dask scheduler, such as tcp://host:8786. Default: workers on this machine.",
        show_default=False,
    ),
]


def settings_of(
    params: Path | None,
    assignments: Sequence[str] | None,
    given: Mapping[str, Any] | None = None,
) -> "Settings":
    """Settings of the file, with those of the command line in their place.

    Args:
        params: the settings file; None takes ./params.yaml or the defaults.
        assignments: `KEY=VALUE` each.
        given: values, by dotted key, that the command's own arguments stand for.

    Raises:
        SettingsError: a key is unknown or a value wrong.
    """
    from command_line.settings_files import parse_assignment
    from pipeline.settings import resolve_settings

    assigned = dict(parse_assignment(text) for text in assignments or ())
    return resolve_settings(params, {**assigned, **(given or {})})


def column_roles(columns: Sequence[str] | None) -> dict[str, str]:
    """The settings that `ROLE=NAME` stands for, the names taken literally.

    Raises:
        SettingsError: there is no `=`.
    """
    return {f"source.columns.{role}": name for role, name in named_columns(columns).items()}


def named_columns(columns: Sequence[str] | None) -> dict[str, str]:
    """The columns that `ROLE=NAME` names, by role.

    Raises:
        SettingsError: there is no `=`.
    """
    from command_line.settings_files import SettingsError

    roles = {}
    for text in columns or ():
        role, equals, name = text.partition("=")
        if not (role and equals and name):
            raise SettingsError(
                f"--column {text!r} is not of the form ROLE=NAME, such as text=report_text"
            )
        roles[role] = name
    return roles
