"""One folder for all that libraries put into the temporary folder, gone when the program is.

multiprocessing, Dask, fsspec and torch's compiler each make folders there and take them away when
they end well. A killed program does not: so they get a folder of their own, which a small process
of its own takes away when the program has gone, however that was.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from data_contracts.whole_files import is_abandoned, this_process

_NAME: Final = "pneumoloc-"
#: Sockets lie in the folder, whose addresses hold about a hundred characters.
_LONGEST: Final = 40
#: Seconds in which workers that have lost their program may still write into the folder.
_PATIENCE: Final = 20.0


@contextmanager
def scratch_folder() -> Iterator[None]:
    """Have temporary files of this program and its workers in a folder that does not stay."""
    usual = tempfile.gettempdir()
    if not hasattr(os, "fork") or len(usual) > _LONGEST:
        yield
        return
    _sweep(Path(usual))
    folder = Path(usual, f"{_NAME}{this_process()}")
    before = os.environ.get("TMPDIR")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:  # full, or not ours to write to: who needs room there will say so
        yield
        return
    _watch(folder)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = usual
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def _sweep(usual: Path) -> None:
    """Take away the folders of programs that have gone together with their watchers."""
    with suppress(OSError):
        for folder in list(usual.glob(f"{_NAME}*")):
            if is_abandoned(folder.name.removeprefix(_NAME)):
                shutil.rmtree(folder, ignore_errors=True)


def _watch(folder: Path) -> None:
    """Start a process that takes a folder away once this one has gone.

    Not before: some libraries tidy up there as the interpreter ends.
    """
    # The other end of the pipe closes when this process ends, and with it the last of its workers.
    waiting, held = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        os.close(waiting)
        os.waitpid(child, 0)
        return
    try:
        os.close(held)
        os.setsid()  # who kills this program's group does not kill the watcher
        if os.fork():
            os._exit(0)
        os.chdir("/")
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        with suppress(OSError):
            os.read(waiting, 1)
        _remove(folder)
    finally:
        os._exit(0)


def _remove(folder: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while folder.exists() and time.monotonic() < until:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.05)
