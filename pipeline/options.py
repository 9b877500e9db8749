"""The options that several commands of the text side share, and the settings they add up to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from command_line.summary import StageSummary
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
        help="Folder of the corrections. Default: that of the settings for the tables in data, "
        "corrections below the tables for others.",
        show_default=False,
    ),
]
#: Whose corrections those are that ./params.yaml names: the tables that its own job makes.
_OWN_TABLES = Path("data")
_SETTING = "label.corrections"
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


def corrections_folder(
    settings: "Settings",
    tables: Path,
    named: Path | None = None,
    params: Path | None = None,
    assignments: Sequence[str] | None = None,
) -> Path:
    """The folder of the corrections that were made for some tables.

    Report ids of two cohorts may be the same, so that corrections go with tables: what
    ./params.yaml names, or the defaults, is for the tables in ./data alone.

    Args:
        settings: all settings.
        tables: folder of the tables.
        named: the folder that `--corrections` names.
        params: the settings file that the user named.
        assignments: `KEY=VALUE` each, that the user gave.
    """
    if named is not None:
        return named
    chosen = params is not None or any(
        text.partition("=")[0] == _SETTING for text in assignments or ()
    )
    if chosen or tables.resolve() == _OWN_TABLES.resolve():
        return settings.label.corrections
    return tables / "corrections"


def tell_passed_over(summary: "StageSummary", settings: "Settings", folder: Path) -> "StageSummary":
    """The summary of `label`, with a notice where there are corrections of other tables.

    Args:
        summary: the stage's.
        settings: all settings, as the settings file has them.
        folder: where the corrections are that were looked for.
    """
    other = settings.label.corrections
    if other.resolve() == folder.resolve() or not (other / "corrections.parquet").exists():
        return summary
    notice = (
        f"{other} holds corrections of other tables, and none of them was applied; corrections of "
        f"these are in {folder}. If they were made for these, give --set {_SETTING}={other}"
    )
    return replace(summary, notices=(*summary.notices, notice))


Sample = Annotated[
    Path | None,
    typer.Option(
        "--sample",
        metavar="FILE",
        help="The sample under review. Default: sample.parquet in the folder of the corrections.",
        show_default=False,
    ),
]
