"""A run's tables as DuckDB sees them: each by its name, to read and nothing else."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from pipeline.audit.errors import TablesError

#: What a query may be; everything else could write.
_READS: Final = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)


#: Tables that a message names.
_NAMED: Final = 12


class Tables:
    """All tables of a folder, open for queries.

    `data/mentions.parquet` is `mentions`, `data/phantom/studies.parquet` is `phantom_studies`.
    Nothing beside these folders can be read and nothing can be written, whatever a query says.
    """

    def __init__(self, *folders: Path) -> None:
        self.folders = folders
        self.paths = _find(folders)
        if not self.paths:
            raise TablesError(
                f"{folders[0]}: holds no table; expected Parquet files such as mentions.parquet. "
                "Run the stages that write them first (uv run dvc repro)"
            )
        self._database = duckdb.connect()
        for name, path in self.paths.items():
            source = str(path / "part-*.parquet") if path.is_dir() else str(path)
            try:
                self._database.execute(
                    f"CREATE VIEW {_quoted(name)} AS SELECT * FROM read_parquet({_text(source)})"
                )
            except duckdb.Error:
                raise TablesError(
                    f"{path}: cannot be read as Parquet; make it again, or take it away"
                ) from None
        allowed = ", ".join(_text(str(folder)) for folder in folders)
        self._database.execute(f"SET allowed_directories = [{allowed}]")
        self._database.execute("SET enable_external_access = false")

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
        """The rows of a query of this program's own; `?` stand for `values`, in their order."""
        return self._database.sql(sql, params=list(values)).to_arrow_table()

    def keep(self, name: str, sql: str, values: Sequence[Any] = ()) -> None:
        """Hold a query's rows in memory under a name, for the queries that follow."""
        self._database.execute(f"CREATE OR REPLACE TEMP TABLE {_quoted(name)} AS {sql}", values)

    def hold(self, name: str, rows: pa.Table) -> None:
        """Let queries know rows that are in memory already by a name."""
        self._database.register(name, rows)

    def ask(self, sql: str) -> pa.Table:
        """The rows of a user's query.

        Raises:
            TablesError: it is not one SELECT, or DuckDB rejects it.
        """
        try:
            statements = duckdb.extract_statements(sql)
            if len(statements) != 1 or statements[0].type not in _READS:
                raise TablesError(
                    "expected one SELECT; the tables are there to be read, not to be changed "
                    "(corrections are made with `audit serve`)"
                )
            return self._database.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise TablesError(f"{_first_lines(str(error))}\nTables: {self._named()}") from None

    def _named(self) -> str:
        names = list(self.paths)
        more = len(names) - _NAMED
        rest = f" and {more} more (`audit sql` without a query lists them)" if more > 0 else ""
        return ", ".join(names[:_NAMED]) + rest


def _find(folders: Sequence[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.parquet")):
            below = path.relative_to(folder)
            if any(part.startswith(".") for part in below.parts) or path.name.startswith("part-"):
                continue
            if path.is_dir() and not any(path.glob("part-*.parquet")):
                continue
            name = "_".join((*below.parent.parts, path.stem)).replace("-", "_").lower()
            found.setdefault(name, path)
    return dict(sorted(found.items(), key=lambda item: (item[1].parent != folders[0], item[0])))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _first_lines(message: str) -> str:
    """The complaint without the quoted query below it."""
    return message.split("\n\n", maxsplit=1)[0]
