"""Any CSV, JSON lines or Parquet file whose columns the settings map onto a report's parts."""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, cast

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.settings import ColumnMapping
from pipeline.sources.delimited import BROKEN_FILE, Row, list_columns, read_rows
from pipeline.sources.records import Place, ReceivedReport, Rejected, Source, SourceError

SECTION_COLUMNS: Final = ("indication", "comparison", "findings", "impression")
_REMEDY: Final = "set source.columns in params.yaml to the names that the file uses"
_BATCH: Final = 2_000


def open_csv(path: Path, columns: ColumnMapping) -> Source:
    """A CSV file, gzipped where its name ends in `.gz`.

    Raises:
        SourceError: the mapping names no text, or a column that the file lacks.
    """
    rows = read_rows(path, required_columns(columns), _REMEDY)
    return Source(map_rows(rows, columns))


def open_jsonl(path: Path, columns: ColumnMapping) -> Source:
    """A file of JSON objects, one a line, gzipped where its name ends in `.gz`.

    Raises:
        SourceError: the mapping names no text, or, once all is read, a column of no row.
    """
    return Source(map_rows(_json_rows(path, required_columns(columns)), columns))


def open_parquet(path: Path, columns: ColumnMapping) -> Source:
    """A Parquet file, or a folder of them in the order of their names.

    Raises:
        SourceError: the mapping names no text, or a column that a file lacks.
    """
    required = required_columns(columns)
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise SourceError(f"source.path: {path} holds no .parquet files")
    total = 0
    for file in files:
        try:
            schema, total = pq.read_schema(file), total + pq.read_metadata(file).num_rows
        except PermissionError:
            raise SourceError(f"{file}: cannot be read: Permission denied") from None
        except (pa.ArrowException, OSError):
            raise SourceError(f"{file}: is not a Parquet file") from None
        _check_present(file, required, schema.names)
    return Source(map_rows(_parquet_rows(files, required), columns), total)


def required_columns(columns: ColumnMapping) -> tuple[str, ...]:
    """The file's columns that a mapping names.

    Raises:
        SourceError: it names neither a text nor a section.
    """
    if columns.text is None and not any(getattr(columns, name) for name in SECTION_COLUMNS):
        raise SourceError(
            "source.columns names no text: set source.columns.text to the column that holds the "
            f"whole report, or one of {', '.join(SECTION_COLUMNS)} to those of single sections"
        )
    named = (getattr(columns, name) for name in type(columns).model_fields)
    return tuple(dict.fromkeys(name for name in named if name is not None))


def map_rows(
    rows: Iterator[Row | Rejected], columns: ColumnMapping
) -> Iterator[ReceivedReport | Rejected]:
    """Give each row's cells the meaning that the mapping states."""
    for row in rows:
        yield row if isinstance(row, Rejected) else _received(*row, columns)


def _received(place: Place, cells: Mapping[str, str], columns: ColumnMapping) -> ReceivedReport:
    def cell(column: str | None) -> str | None:
        return (cells.get(column) or None) if column is not None else None

    content: str | tuple[tuple[str, str], ...]
    if columns.text is not None:
        content = cells.get(columns.text) or ""
    else:
        named = [(name, cell(getattr(columns, name))) for name in SECTION_COLUMNS]
        content = tuple((name, text) for name, text in named if text is not None)
    return ReceivedReport(
        place=place,
        report_id=cell(columns.report_id),
        subject_id=cell(columns.subject_id),
        study_id=cell(columns.study_id),
        split=cell(columns.split),
        content=content,
    )


def _json_rows(path: Path, required: tuple[str, ...]) -> Iterator[Row | Rejected]:
    seen: dict[str, None] = {}
    row: Row | Rejected | None = None
    for place, line in _lines(path):
        row = line if isinstance(line, Rejected) else _json_row(place, line, required)
        if not isinstance(row, Rejected):
            seen.update(dict.fromkeys(row[1]))
        yield row
    if row is None:
        raise SourceError(f"{path}: is empty; expected one JSON object a line")
    # A row may leave out what it has not; a column that no row has is a slip in the mapping.
    if seen:
        _check_present(path, required, list(seen))


def _json_row(place: Place, line: bytes, required: tuple[str, ...]) -> Row | Rejected:
    try:
        entry = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Rejected(place, None, "wrong_encoding", "expected UTF-8; save it as UTF-8")
    except (ValueError, RecursionError):
        return Rejected(place, None, "malformed_row", "expected one JSON object a line")
    if not isinstance(entry, dict):
        return Rejected(place, None, "malformed_row", "expected a JSON object, {…}")
    nested = [name for name in required if isinstance(entry.get(name), dict | list)]
    if nested:
        detail = f"expected text in {', '.join(nested)}, not a list or an object"
        return Rejected(place, None, "malformed_row", detail)
    return place, {name: _as_text(value) for name, value in entry.items()}


def _lines(path: Path) -> Iterator[tuple[Place, bytes | Rejected]]:
    number = 0
    try:
        with _open_binary(path) as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield Place(path.name, number), line
    except BROKEN_FILE:
        place = Place(path.name, number + 1)
        detail = "the file ends too early; fetch it anew"
        yield place, Rejected(place, None, "unreadable_file", detail)


def _open_binary(path: Path) -> IO[bytes]:
    try:
        if path.suffix == ".gz":
            return cast("IO[bytes]", gzip.open(path, "rb"))
        return path.open("rb")
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None


def _parquet_rows(files: list[Path], required: tuple[str, ...]) -> Iterator[Row | Rejected]:
    for file in files:
        number = 1
        try:
            with pq.ParquetFile(file) as table:
                for batch in table.iter_batches(_BATCH, columns=list(required)):
                    for entry in _entries(batch):
                        number += 1
                        yield (
                            Place(file.name, number),
                            {name: _as_text(value) for name, value in entry.items()},
                        )
        except (pa.ArrowException, OSError):
            place = Place(file.name, number + 1)
            yield Rejected(place, None, "unreadable_file", "damaged from here on; fetch it anew")


def _entries(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    try:
        entries: list[dict[str, Any]] = batch.to_pylist()
    except UnicodeDecodeError:
        columns = {
            name: column.cast(pa.large_binary()) if _is_text(column.type) else column
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        }
        entries = pa.RecordBatch.from_pydict(columns).to_pylist()
    return entries


def _is_text(kind: pa.DataType) -> bool:
    return any(
        is_kind(kind)
        for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )


def _check_present(path: Path, required: tuple[str, ...], present: list[str]) -> None:
    missing = [name for name in required if name not in present]
    if missing:
        raise SourceError(
            f"{path}: has no column {', '.join(missing)}; its columns are "
            f"{list_columns(present)}; {_REMEDY}"
        )


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        # Kept as surrogates, so that each row can be judged by itself.
        return value.decode("utf-8", errors="surrogateescape")
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a column of whole numbers with gaps becomes one of floats
    return value if isinstance(value, str) else str(value)
