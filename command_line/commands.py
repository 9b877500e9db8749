"""What a user sees of every command: an error as one message, what is missing, rows as a table."""

import errno
from collections.abc import Iterable, Sequence
from pathlib import Path
from traceback import walk_tb
from typing import Any, Final

import typer
from typer.core import TyperGroup

from command_line.unwritten import tell_unwritten
from data_contracts.together import settle

#: The exit status of a run that failed for a reason its message explains.
USER_ERROR: Final = 2

#: The command that makes each table, given the folder it belongs in.
_MAKES: Final = {
    "reports": "pipeline ingest --out {}",
    "mentions": "pipeline extract --tables {}",
    "findings": "pipeline extract --tables {}",
    "labels": "pipeline label --tables {}",
    "vocabulary": "pipeline vocabulary --tables {}",
    "embeddings": "pipeline embed --tables {}",
}
#: Packages whose libraries are an extra of the same name.
_EXTRAS: Final = ("pipeline", "model")
_OUR_PACKAGES: Final = ("pneumoloc", *_EXTRAS, "command_line", "data_contracts")
#: What the system says of a path that the user has named wrongly, such as a folder for a file.
_ABOUT_PATHS: Final = (
    FileNotFoundError,
    PermissionError,
    FileExistsError,
    IsADirectoryError,
    NotADirectoryError,
)
_OF_PATHS: Final = (errno.ENAMETOOLONG, errno.ELOOP)
#: How Python 3.11 and 3.12 tell of a path whose links lead to each other.
_LOOP: Final = "Symlink loop"


class MissingInputError(FileNotFoundError):
    """A stage's input has not been made; the message names stage, path and the next command."""


class NotTextError(ValueError):
    """Something was typed that is no text in UTF-8."""


def require(stage: str, path: Path, command: str) -> Path:
    """`path`, once it is sure to be there, before anything heavy is loaded.

    Args:
        stage: the stage that reads it.
        path: a file or folder.
        command: the command that makes it, without `python -m`.

    Raises:
        MissingInputError: it is not there.
    """
    if not path.exists() and path.parent.is_dir():
        settle(path.parent)  # it may wait beside its place, where a run was killed
    if not path.exists():
        raise MissingInputError(f"{stage}: {path} is not there.\nNext: python -m {command}")
    return path


def require_tables(stage: str, folder: Path, *tables: str) -> tuple[Path, ...]:
    """Paths of the tables that a stage reads from `folder`; see `require`."""
    return tuple(
        require(stage, folder / f"{table}.parquet", _MAKES[table].format(folder))
        for table in tables
    )


def show_rows(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows as a table, the first column being words and the others numbers."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold")
    for index, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", justify="right" if index else "left")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


class Commands(TyperGroup):
    """Commands whose expected errors are one message, and whose unknown names list the known."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name; an unknown one ends the run with the list of those there are.

        Args:
            ctx: the invocation.
            cmd_name: what the user typed.
        """
        command = super().get_command(ctx, cmd_name)
        if command is None and not ctx.resilient_parsing:
            known = ", ".join(self.list_commands(ctx))
            ctx.fail(f"There is no command '{cmd_name}'; there are {known}.")
        return command

    def invoke(self, ctx: Any) -> Any:
        """Run the command; errors raised for the user are printed without a traceback."""
        try:
            _check_text(ctx.args)
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in _OUR_PACKAGES:
                raise
            message = (
                f"{error.name} is not installed; "
                f"pip install 'pneumoloc[{_extra_of(error)}]' brings it"
            )
        except RuntimeError as error:
            if not str(error).startswith(_LOOP):
                raise
            message = str(error)
        except (ValueError, OSError) as error:
            told = tell_unwritten(error)
            if told is None and not _is_for_the_user(error):
                raise
            message = told or str(error)
        _print_error(message)
        raise typer.Exit(USER_ERROR)


def _check_text(words: Iterable[str]) -> None:
    """See that all that was typed is text; a name of bytes that are none may not be one of ours."""
    for word in words:
        try:
            word.encode("utf-8")
        except UnicodeEncodeError:
            raise NotTextError(f"{word!a} is no UTF-8; give the file another name") from None


def _extra_of(error: ModuleNotFoundError) -> str:
    """The extra whose libraries the package that was importing needs; all where it is not ours."""
    importing = [
        frame.f_globals.get("__name__", "").partition(".")[0]
        for frame, _ in walk_tb(error.__traceback__)
    ]
    ours = [package for package in importing if package in _EXTRAS]
    return ours[-1] if ours else ",".join(_EXTRAS)


def _print_error(message: str) -> None:
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True).print(Text(message, style="red"), soft_wrap=True)


def _is_for_the_user(error: Exception) -> bool:
    ours = type(error).__module__.partition(".")[0] in _OUR_PACKAGES
    of_path = isinstance(error, OSError) and error.errno in _OF_PATHS
    return ours or of_path or isinstance(error, _ABOUT_PATHS)
