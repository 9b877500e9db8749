"""One run at a time writes to a folder; another waits, and says so.

The system holds the lock, on the folder itself, and lets go of it when the process ends, however
that is: nothing lies about that a killed run could leave. Where the file system has no such locks,
or the system none at all, runs are not held apart.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from data_contracts.ranks import is_first_process

P = ParamSpec("P")
R = TypeVar("R")

#: Folders, by device and number, that this process writes to already.
_held: Final[set[tuple[int, int]]] = set()


def lock(descriptor: int, told: str | None = None) -> None:
    """Wait until no other process has a file or folder locked, and lock it until it is closed.

    Args:
        descriptor: of the open file or folder.
        told: what standard error is told where there is somebody to wait for.
    """
    try:
        import fcntl
    except ModuleNotFoundError:
        return
    with suppress(OSError):  # a file system without locks
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if told is not None:
                sys.stderr.write(f"{told}\n")
                sys.stderr.flush()
            fcntl.flock(descriptor, fcntl.LOCK_EX)


@contextmanager
def one_run_in(folder: Path) -> Iterator[None]:
    """Have no other run write to a folder, which is made, before this block ends.

    Blocks of one process for one folder may lie within each other. Of processes that train one
    network together the first one keeps others away.

    Args:
        folder: where tables, weights or pages go.
    """
    if not is_first_process():
        yield
        return
    folder = folder.resolve()
    made = not folder.exists()
    descriptor, key = _lock_folder(folder)
    outermost = key not in _held
    _held.add(key)
    try:
        yield
    finally:
        if outermost:
            _held.discard(key)
        if made:
            with suppress(OSError):  # something has been written there
                folder.rmdir()
        os.close(descriptor)


def one_run(stage: Callable[P, R]) -> Callable[P, R]:
    """A stage of which one run at a time writes to the folder that its keyword `out` names."""

    @wraps(stage)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        out = kwargs["out"]
        assert isinstance(out, Path)
        with one_run_in(out):
            return stage(*args, **kwargs)

    return run


def _lock_folder(folder: Path) -> tuple[int, tuple[int, int]]:
    """The open folder, locked unless it was by this process, with its device and number."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
        status = os.fstat(descriptor)
        key = (status.st_dev, status.st_ino)
        if key in _held:
            return descriptor, key
        try:
            lock(descriptor, f"another run is writing to {folder}; waiting until it ends")
            now = folder.stat()
        except FileNotFoundError:
            os.close(descriptor)
            continue
        except BaseException:
            os.close(descriptor)
            raise
        if (now.st_dev, now.st_ino) == key:
            return descriptor, key
        os.close(descriptor)  # another folder has its place by now
