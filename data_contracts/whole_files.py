"""Files that appear whole or not at all, and errors of writing that name them."""

import errno
import os
import platform
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A file to fill, which takes the place of an older one once it is whole.

    What a killed process of this machine has left of the same file is taken away.

    Args:
        path: the file's place; its folder is made.

    Raises:
        OSError: it cannot be written, or its place is no file's; the older one is as it was.
    """
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        if path.exists() and not path.is_file() and not path.is_dir():
            # A rename would take the place of the system's own /dev/null.
            raise FileExistsError(errno.EEXIST, "is a device, pipe or socket, no file", str(path))
        partial = path.with_name(f".{path.name}.{this_process()}.partial")
        try:
            yield partial
            os.replace(partial, path)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let errors of writing, which the system gives no name to, say which file or folder it was."""
    try:
        yield
    except OSError as error:
        if error.errno is None or error.filename is not None:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error


def this_process() -> str:
    """A name for what this process is writing, that no other process of any machine has."""
    return f"{_this_machine()}-{os.getpid()}"


def is_abandoned(name: str) -> bool:
    """Whether a process of this machine that is gone had that name; see `this_process`."""
    machine, _, number = name.rpartition("-")
    if machine != _this_machine() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _sweep(path: Path) -> None:
    before, after = f".{path.name}.", ".partial"
    with suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(before) and name.endswith(after):
                owner = name.removeprefix(before).removesuffix(after)
                if is_abandoned(owner):
                    Path(entry.path).unlink()


def _this_machine() -> str:
    return f"{zlib.crc32(platform.node().encode()):08x}"
