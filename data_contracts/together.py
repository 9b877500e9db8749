"""Tables of one folder that belong together appear together.

A folder such as `data/` cannot take its place as a whole, since tables of other stages lie in it.
So the tables wait beside their places until all are there; then a record says which, and they are
put in place. A run that is killed before the record was written has changed nothing. Behind it,
whoever looks for a table of that folder first does what is left, so that no reader finds tables of
two runs.
"""

import json
import os
import shutil
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from data_contracts.errors import ContractError
from data_contracts.locking import lock
from data_contracts.whole_files import whole_file

_RECORD: Final = ".placing.json"


def waiting(path: Path) -> Path:
    """Where a table, a file or a folder of parts, waits for `place_together`."""
    return path.with_name(f".{path.name}.partial")


def place_together(paths: Sequence[Path]) -> None:
    """Put tables that are `waiting` in their places: all of them, or none.

    Args:
        paths: their places, all in one folder.
    """
    folder = paths[0].parent
    settle(folder)
    with whole_file(folder / _RECORD) as partial:
        partial.write_text(json.dumps([path.name for path in paths]), encoding="utf-8")
    settle(folder)


def settle(folder: Path) -> bool:
    """End what a killed `place_together` had begun in a folder; gives whether there was anything.

    Raises:
        ContractError: it has to be ended by somebody who may write there.
    """
    record = folder / _RECORD
    while True:
        try:
            # One look: another process may end what was begun at any moment.
            if not stat.S_ISREG(os.lstat(record).st_mode):
                raise _no_record(record)
            descriptor = os.open(record, os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError):
            return False
        try:
            lock(descriptor)
            if not os.fstat(descriptor).st_nlink:  # another process was first
                continue
            for name in _names_in(record):
                _put_in_place(folder / name)
            record.unlink()
            return True
        except PermissionError:
            raise ContractError(
                f"{folder}: a run was killed as it put its tables in place; give its command "
                "again, or any that reads them, as a user who may write there"
            ) from None
        finally:
            os.close(descriptor)


def _names_in(record: Path) -> list[str]:
    """The tables that a record names; it may have come with a folder that somebody else made."""
    try:
        names = json.loads(record.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise _no_record(record) from None
    plain = isinstance(names, list) and all(
        isinstance(name, str) and name and name == Path(name).name and name[0] != "."
        for name in names
    )
    if not plain:
        raise _no_record(record)
    return [str(name) for name in names]


def _no_record(record: Path) -> ContractError:
    return ContractError(
        f"{record}: should name tables that wait beside it to be put in place, and does not; "
        "remove it, and make the tables of this folder again"
    )


def retire(path: Path) -> None:
    """Make way for a table; it is removed by `restore`, or comes back where none took its place."""
    remove(_retired(path))
    os.replace(path, _retired(path))


def restore(path: Path) -> None:
    """Undo a replacement that was killed between its two steps, or end it behind them."""
    if _retired(path).exists() and not path.exists():
        with suppress(FileNotFoundError):
            path.unlink(missing_ok=True)  # a link that leads nowhere
            os.replace(_retired(path), path)
    remove(_retired(path))


def remove(path: Path) -> None:
    """Take away a file, a link or a folder, where there is one; what a link leads to stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _put_in_place(path: Path) -> None:
    """Move a table that waits to its place; the same again where that was killed halfway."""
    new = waiting(path)
    if new.exists():
        if os.path.lexists(path) and (path.is_dir() or new.is_dir()):
            retire(path)  # a folder cannot be replaced in one step
        os.replace(new, path)
    remove(_retired(path))


def _retired(path: Path) -> Path:
    return path.with_name(f".{path.name}.retired")
