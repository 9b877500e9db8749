"""Parquet files whose columns may have names of their own."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from data_contracts.quarantine import Location, Rejected
from data_contracts.storage import DAMAGED_PARQUET
from pipeline.settings import SourceSettings
from pipeline.sources.cells import as_text
from pipeline.sources.columns import Row, check_present, find_columns, map_rows
from pipeline.sources.contents import refuse_others
from pipeline.sources.records import Source, SourceError

_BATCH: Final = 2_000
_SAID: Final = "a Parquet file, or a folder of them"


def open_reports(settings: SourceSettings) -> Source:
    """A Parquet file, or a folder of them in the order of their names.

    Raises:
        SourceError: a file is not Parquet or lacks a column that is named, none that all have
            holds text, or there are no rows.
    """
    path = settings.path
    files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not files:
        raise SourceError(f"source.path: {path} holds no .parquet files")
    schemas, total = [], 0
    for file in files:
        refuse_others(file, "parquet", _SAID)
        try:
            schemas.append(pq.read_schema(file))
            total += pq.read_metadata(file).num_rows
        except PermissionError:
            raise SourceError(f"{file}: cannot be read: Permission denied") from None
        except DAMAGED_PARQUET:
            raise SourceError(f"{file}: is a damaged Parquet file; fetch it anew") from None
    named = {name for _, name in settings.columns if name}
    for file, schema in zip(files, schemas, strict=True):
        check_present(schema.names, sorted(named), file)
    # What only some files have cannot be found by itself.
    everywhere = set.intersection(*(set(schema.names) for schema in schemas))
    flat = [f.name for f in schemas[0] if f.name in named or not pa.types.is_nested(f.type)]
    columns = find_columns([n for n in flat if n in everywhere], settings.columns, path)
    used = tuple(dict.fromkeys(name for _, name in columns if name is not None))
    if not total:
        raise SourceError(f"{path}: has columns and no row; expected a report in each row")
    tallies: Counter[str] = Counter()
    rows = chain.from_iterable(_rows(file, used) for file in files)
    return Source(map_rows(rows, columns, tallies), total, tallies)


def _rows(file: Path, used: tuple[str, ...]) -> Iterator[Row | Rejected]:
    number = 1
    try:
        with pq.ParquetFile(file) as table:
            for batch in table.iter_batches(_BATCH, columns=list(used)):
                for entry in _entries(batch):
                    number += 1
                    cells = {name: as_text(value) for name, value in entry.items()}
                    yield Location(file.name, number), cells
    except (*DAMAGED_PARQUET, OverflowError):
        location = Location(file.name, number + 1)
        yield Rejected(location, None, "unreadable_file", "damaged from here on; fetch it anew")


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
