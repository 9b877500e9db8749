"""The answer to a query, as a table for a person or a file for a program."""

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from data_contracts.contract import METADATA_KEY
from data_contracts.storage import DAMAGED_PARQUET
from data_contracts.whole_files import whole_file
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.errors import TablesError
from pipeline.auditing.tables.showing import plain

FORMATS: Final = (".csv", ".parquet")
_WIDEST: Final = 200


def show_answer(rows: pa.Table, most: int) -> RenderableType:
    """The first `most` rows as a table, long values cut."""
    table = Table(show_lines=False)
    for field in rows.schema:
        number = pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
        table.add_column(
            Text(plain(field.name)), overflow="fold", justify="right" if number else "left"
        )
    # Columns may share a name, so that a row is no mapping.
    columns = [column.to_pylist() for column in rows.slice(0, most).itercolumns()]
    for row in zip(*columns, strict=True):
        table.add_row(*(_cell(value) for value in row))
    shown = min(most, rows.num_rows)
    note = f"{rows.num_rows:,} rows" + (f", {shown:,} shown" if shown < rows.num_rows else "")
    return Group(table, Text(note, style="dim"))


def check_place(path: Path) -> None:
    """Make sure that an answer can be written to a file, before the query takes its time.

    An older answer may be replaced. A table of a run may not, least of all reviewers' decisions.

    Raises:
        TablesError: the ending is neither .csv nor .parquet, or there is something else already.
    """
    if path.suffix not in FORMATS:
        raise TablesError(f"{path}: ends in neither {' nor '.join(FORMATS)}")
    check_outside_tables(path)
    if path.suffix == ".parquet" and path.exists() and not _is_answer(path):
        raise TablesError(f"{path}: is a table, and no answer of a query; name another file")


def check_outside_tables(path: Path) -> None:
    """Make sure that a file to be written is no folder and no part of a table.

    Raises:
        TablesError: it is.
    """
    if path.is_dir():
        raise TablesError(f"{path}: is a folder; name a file")
    if any(folder.suffix == ".parquet" for folder in path.resolve().parents):
        raise TablesError(f"{path}: lies within a table; name a file beside it")


def write_answer(rows: pa.Table, path: Path) -> None:
    """Write all rows as CSV or Parquet, by the file's ending; an older answer is replaced whole.

    Lists and maps stand in a CSV as JSON-like text.

    Raises:
        TablesError: `check_place` refuses the file, it cannot be written, or it cannot hold values
            of such a type.
    """
    check_place(path)
    try:
        with whole_file(path) as partial:
            if path.suffix == ".csv":
                pyarrow.csv.write_csv(_flat(rows), partial)
            else:
                pq.write_table(rows, partial, compression="zstd")
    except pa.ArrowException:
        kinds = ", ".join(sorted({str(field.type) for field in rows.schema}))
        raise TablesError(
            f"{path}: {path.suffix} cannot hold all of {kinds}; cast columns to VARCHAR"
        ) from None
    except OSError as error:
        raise TablesError(f"{path}: cannot be written ({error.strerror or error})") from None


def list_tables(tables: Tables) -> RenderableType:
    """The tables by the names that queries use, with their columns."""
    listed = Table(title="tables", title_justify="left", title_style="bold")
    for heading in ("table", "file", "columns"):
        listed.add_column(heading, overflow="fold")
    for name, path in tables.paths.items():
        columns = tables.columns(name)
        concepts = [column for column in columns if ":" in column]
        named = [column for column in columns if ":" not in column]
        more = [f"{len(concepts)} concepts such as {concepts[0]}"] if concepts else []
        listed.add_row(name, str(path), ", ".join(named + more))
    return listed


def _is_answer(path: Path) -> bool:
    """Whether a Parquet file names no contract, as every table of a run does."""
    try:
        return METADATA_KEY not in (pq.read_schema(path).metadata or {})
    except DAMAGED_PARQUET:
        return False


def _cell(value: object) -> Text:
    if value is None:
        return Text("null", style="dim")
    if isinstance(value, float):
        return Text(f"{value:,.4g}")
    text = plain(str(value))
    return Text(text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…")


def _flat(rows: pa.Table) -> pa.Table:
    columns = []
    for column in rows.itercolumns():
        nested = pa.types.is_nested(column.type)
        texts = [None if v is None else str(v) for v in column.to_pylist()] if nested else None
        columns.append(pa.array(texts, pa.string()) if texts is not None else column)
    return pa.table(columns, names=rows.column_names)
