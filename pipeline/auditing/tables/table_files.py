"""The files of tables as DuckDB gets them: they can be opened to be read, and nothing else."""

import io
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import get_ident
from typing import Any, Final

from fsspec import AbstractFileSystem

from data_contracts.together import settle

#: What addresses of these files begin with.
SCHEME: Final = "tables"


class TableFiles(AbstractFileSystem):  # type: ignore[misc]
    """The only files that a database sees, each a part of one of the tables.

    DuckDB's settings allow both reading and writing of a folder, or neither. Here there is no way
    to write: whatever a query is wrapped in, it meets a file that opens for reading alone.
    A table is looked up anew for each query, so that one that is made again is read as it is now.

    Args:
        paths: each table's file, or the folder of its parts, by the table's name.
    """

    protocol = SCHEME
    cachable = False  # fsspec would keep every instance until the program ends

    def __init__(self, paths: Mapping[str, Path]) -> None:
        super().__init__()
        self._paths = paths

    def glob(self, path: str, **_: Any) -> list[str]:
        """Addresses of a table's files, in row order; `path` is what `address` gave."""
        name = self._strip_protocol(path).rpartition("/")[0]
        table = self._paths.get(name)
        if table is None:
            return []
        settle(table.parent)
        files = [table] if table.is_file() else sorted(table.glob("part-*.parquet"))
        return [f"{SCHEME}://{name}/{file.name}" for file in files]

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Size of a file.

        Raises:
            FileNotFoundError: it is no part of a table.
        """
        return {"name": path, "size": self._file(path).stat().st_size, "type": "file"}

    def modified(self, path: str) -> datetime:
        """When a file was written last."""
        return datetime.fromtimestamp(self._file(path).stat().st_mtime, UTC)

    def _open(self, path: str, mode: str = "rb", **_: Any) -> "TableFile":
        if mode != "rb":
            raise PermissionError(f"{path}: tables are there to be read, not to be written")
        return TableFile(self._file(path))

    def _file(self, path: str) -> Path:
        stripped: str = self._strip_protocol(path)
        name, _, file = stripped.rpartition("/")
        table = self._paths.get(name)
        if table is not None and table.is_file():
            return table
        if table is not None and file.startswith("part-"):
            return table / file
        raise FileNotFoundError(path)


class TableFile(io.RawIOBase):
    """A file open to be read, in which each thread has a place of its own.

    DuckDB reads a file from several threads at once, and each time in two steps, `seek` and `read`:
    with one place for all, a thread would read where another has just sought.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._places: dict[int, int] = {}

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Whether it can be read from any place."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Have this thread read from `offset` on, counted from the beginning."""
        if whence != os.SEEK_SET:
            raise io.UnsupportedOperation("places are counted from the beginning")
        self._places[get_ident()] = offset
        return offset

    def tell(self) -> int:
        """Where this thread reads next."""
        return self._places.get(get_ident(), 0)

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes from where this thread is; all there are where it is negative."""
        descriptor, place = self._file.fileno(), self.tell()
        wanted = size if size >= 0 else os.fstat(descriptor).st_size - place
        found = os.pread(descriptor, wanted, place)
        self.seek(place + len(found))
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        super().close()


def address(name: str) -> str:
    """What a database reads a table by."""
    return f"{SCHEME}://{name}/*.parquet"
