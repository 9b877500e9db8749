"""Folders that appear whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.auditing.exchange.errors import ExchangeError


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, which gets its place once it is whole.

    Raises:
        ExchangeError: something is there already, which may be people's work.
    """
    if path.is_symlink() or (path.exists() and not (path.is_dir() and not any(path.iterdir()))):
        raise ExchangeError(
            f"{path} is there already, and may hold people's annotations; name another --out"
        )
    path = path.resolve()  # so that it has a name of its own, even where it is "."
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.mkdir()
    try:
        yield partial
        os.replace(partial, path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
