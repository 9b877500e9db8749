"""Rows of CSV files, plain or gzipped, read so that a broken row costs nothing but itself."""

import csv
import gzip
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TextIO, cast

from pipeline.sources.records import Place, Rejected, SourceError

# Whether a report of many megabytes is too long is for the quarantine to say, not for the parser.
_FIELD_LIMIT: Final = 2**31 - 1

Row = tuple[Place, Mapping[str, str]]


def read_rows(path: Path, required: Sequence[str], remedy: str) -> Iterator[Row | Rejected]:
    """Rows of a CSV file by column name; the header is row 1.

    Bytes that are not UTF-8 are kept as surrogates, so that each row can be judged by itself.

    Args:
        path: the file; gzipped where its name ends in `.gz`.
        required: columns it must have.
        remedy: what to do where one of them is missing.

    Raises:
        SourceError: the file cannot be read, is empty, or lacks a required column.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    with _open(path) as lines:
        rows = csv.reader(lines)
        try:
            header = next(rows, None)
        except (OSError, EOFError, csv.Error):
            raise SourceError(f"{path}: is not a readable CSV file; {remedy}") from None
        if not header:
            raise SourceError(f"{path}: is empty; expected a header with {', '.join(required)}")
        header[0] = header[0].removeprefix("\ufeff")
        missing = [name for name in required if name not in header]
        if missing:
            raise SourceError(
                f"{path}: has no column {', '.join(missing)}; its columns are "
                f"{', '.join(header)}; {remedy}"
            )
        yield from _rows(rows, header, path.name)


def _open(path: Path) -> TextIO:
    options = {"encoding": "utf-8", "errors": "surrogateescape", "newline": ""}
    if path.suffix == ".gz":
        return cast("TextIO", gzip.open(path, "rt", **options))
    return cast("TextIO", path.open("r", **options))  # type: ignore[call-overload]


def _rows(rows: Iterator[list[str]], header: list[str], file: str) -> Iterator[Row | Rejected]:
    number = 1
    while True:
        number += 1
        place = Place(file, number)
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Rejected(place, None, "malformed_row", f"not a row of CSV: {error}")
            continue
        except (OSError, EOFError):
            yield Rejected(place, None, "unreadable_file", "the file ends too early; fetch it anew")
            return
        if row is None:
            return
        if not row:
            continue
        if len(row) != len(header):
            detail = f"{len(row)} fields, expected {len(header)}; quote fields that hold commas"
            yield Rejected(place, None, "malformed_row", detail)
            continue
        yield place, dict(zip(header, row, strict=True))
