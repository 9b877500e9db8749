"""A run's tables as DuckDB sees them: each by its name, to read and nothing else."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

import duckdb
import pyarrow as pa

from data_contracts.together import settle
from pipeline.auditing.tables.dates import check_dates
from pipeline.auditing.tables.errors import TablesError
from pipeline.auditing.tables.questions import check_unions, one_select
from pipeline.auditing.tables.table_files import SCHEME, TableFiles, address

#: Tables that a message names.
_NAMED: Final = 12
#: What a database starts with. It spills to no file, takes no variable of this program for a
#: table, fetches no extension, and keeps no copy of what the operating system has in memory.
_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "temp_directory": "",
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_file_cache": False,
}
#: What takes all files but the tables' away from it, for good. Of allowed files DuckDB would write
#: as well as read, so that the only ones allowed are those of `TableFiles`, which cannot be.
_SEAL: Final = (
    f"SET allowed_directories = ['{SCHEME}://']",
    "SET enable_external_access = false",
    "SET disabled_filesystems = 'LocalFileSystem'",
    "SET lock_configuration = true",
)
#: Errors that are found before a row is read.
_OF_NO_ROW: Final = (duckdb.BinderException, duckdb.CatalogException)


class Tables:
    """All tables of a folder, open for queries until they are closed.

    `data/mentions.parquet` is `mentions`, `data/phantom/studies.parquet` is `phantom_studies`.
    Nothing beside these tables can be read and nothing can be written, whatever a query says.
    """

    def __init__(self, *folders: Path) -> None:
        self.folders = folders
        self.paths = _find(folders)
        if not self.paths:
            raise TablesError(
                f"{folders[0]}: holds no table; expected Parquet files such as mentions.parquet. "
                "Run the stages that write them first (uv run dvc repro)"
            )
        self._connection: duckdb.DuckDBPyConnection | None = duckdb.connect(config=_SETTINGS)
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the tables and of the memory that queries took; nothing can be asked after."""
        if self._connection is not None:
            self._connection.close()
        # Others may keep this object for long, as FastAPI keeps what its answers are made of.
        self._connection = None

    # In quotes: a class that holds DuckDB's type may outlive DuckDB, which complains of that.
    @property
    def _database(self) -> "duckdb.DuckDBPyConnection":
        if self._connection is None:
            raise TablesError(f"{self.folders[0]}: its tables are closed")
        return self._connection

    def _open(self) -> None:
        self._database.register_filesystem(TableFiles(self.paths))
        for name, path in self.paths.items():
            try:
                self._database.execute(
                    f"CREATE VIEW {_quoted(name)} AS SELECT * "
                    f"FROM read_parquet({_text(address(name))}, hive_partitioning = false)"
                )
            except duckdb.Error:
                raise TablesError(
                    f"{path}: cannot be read as Parquet; make it again, or take it away"
                ) from None
        for setting in _SEAL:
            self._database.execute(setting)

    def has(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return name in self.paths

    def need(self, *names: str) -> None:
        """Make sure that tables are there.

        Raises:
            TablesError: one is not; the message lists those that are.
        """
        missing = [name for name in names if name not in self.paths]
        if missing:
            raise TablesError(
                f"{self.folders[0]}: has no table {', '.join(missing)}; there are {self._named()}"
            )

    def columns(self, name: str) -> list[str]:
        """Names of a table's columns, in order."""
        self.need(name)
        names: list[str] = self.query(f"SELECT * FROM {_quoted(name)} LIMIT 0").column_names
        return names

    def query(self, sql: str, values: Sequence[Any] = ()) -> pa.Table:
        """The rows of a query of this program's own; `?` stand for `values`, in their order.

        Raises:
            TablesError: a table is not as this release writes it.
        """
        with self._explained():
            return self._database.sql(sql, params=list(values)).to_arrow_table()

    def keep(self, name: str, sql: str, values: Sequence[Any] = ()) -> None:
        """Hold a query's rows in memory under a name, for the queries that follow.

        Raises:
            TablesError: a table is not as this release writes it.
        """
        with self._explained():
            self._database.execute(f"CREATE OR REPLACE TEMP TABLE {_quoted(name)} AS {sql}", values)

    def hold(self, name: str, rows: pa.Table) -> None:
        """Let queries know rows that are in memory already by a name."""
        self._database.register(name, rows)

    def ask(self, sql: str) -> pa.Table:
        """The rows of a user's query.

        Raises:
            TablesError: it is not one SELECT, DuckDB rejects it, or it gives dates that no
                calendar has, or unions within structs.
        """
        try:
            # Until here DuckDB has read no row, so that its message can quote none.
            asked = self._database.sql(one_select(self._database, sql))
            check_unions(asked)
        except duckdb.Error as error:
            raise TablesError(f"{_words(error)}\nTables: {self._named()}") from None
        try:
            rows = asked.to_arrow_table()
        except duckdb.Error as error:
            raise TablesError(
                f"DuckDB could not answer it: {_kind(error)}. What it says of the values may "
                "quote reports and is not shown; TRY_CAST gives null where a value does not fit"
            ) from None
        check_dates(rows)
        return rows

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            told = _words(error) if isinstance(error, _OF_NO_ROW) else _kind(error)
            raise TablesError(
                f"{self.folders[0]}: has tables that are broken or of another release ({told}); "
                "make them again"
            ) from None

    def _named(self) -> str:
        names = list(self.paths)
        more = len(names) - _NAMED
        rest = f" and {more} more (`audit sql` without a query lists them)" if more > 0 else ""
        return ", ".join(names[:_NAMED]) + rest


def _find(folders: Sequence[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders:
        for path in _parquet_below(folder):
            below = path.relative_to(folder)
            if any(part.startswith(".") for part in below.parts) or path.name.startswith("part-"):
                continue
            if any(folder in other.parents and other in path.parents for other in folders):
                continue  # by its name in that folder, which lies below this one
            if path.is_dir() and not any(path.glob("part-*.parquet")):
                continue
            name = "_".join((*below.parent.parts, path.stem)).replace("-", "_").lower()
            found.setdefault(name, path)
    return dict(sorted(found.items(), key=lambda item: (item[1].parent != folders[0], item[0])))


def _parquet_below(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.parquet"))
    # Not `any`: each folder that a killed run has left on its way is put in order.
    if sum(settle(parent) for parent in {path.parent for path in found}):
        found = sorted(folder.rglob("*.parquet"))
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _words(error: duckdb.Error) -> str:
    """The complaint without the quoted query below it, or without what Python says of a file."""
    if type(error) is duckdb.Error:
        return "a file of the tables cannot be read"
    return str(error).split("\n\n", maxsplit=1)[0]


def _kind(error: duckdb.Error) -> str:
    """What DuckDB calls an error, without the values that the rest of its message may quote."""
    kind, colon, _ = str(error).partition(": ")
    return kind if colon and re.fullmatch(r"[A-Za-z ]+ Error", kind) else type(error).__name__
