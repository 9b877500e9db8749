"""Rows of the CSV files beside images, plain or gzipped; a broken row costs nothing but itself."""

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TextIO

from data_contracts.quarantine import Location, Rejected
from model.images.sources.records import ImageSourceError

Row = tuple[Location, Mapping[str, str]]

_BROKEN: Final = (OSError, EOFError, zlib.error)
# Notes of patients stand in such tables, and may be longer than the parser's limit.
_FIELD_LIMIT: Final = 2**31 - 1


def read_rows(path: Path, required: Sequence[str], root: Path) -> Iterator[Row | Rejected]:
    """Rows of a CSV file by column name; the header is row 1.

    Lines ahead of the header that start with `#` are comments. Blank fields behind the header's
    last name, which some published tables have, are no columns.

    Args:
        path: the file; gzipped where its name ends in `.gz`.
        required: columns it must have.
        root: the source's folder, from which the file is named.

    Raises:
        ImageSourceError: the file cannot be read, is empty, or lacks a required column.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    with _open(path) as file:
        rows = csv.reader(_without_comments(file), strict=True)
        try:
            header = next(rows, None)
        except (*_BROKEN, csv.Error):
            raise ImageSourceError(f"{path}: is not a readable CSV file; fetch it anew") from None
        header = _trimmed(header or [])
        if not header:
            raise ImageSourceError(
                f"{path}: is empty; expected a header with {', '.join(required)}"
            )
        header[0] = header[0].removeprefix("\ufeff")
        missing = [name for name in required if name not in header]
        if missing:
            # The columns that are there may be a headless file's first row, so a patient's.
            raise ImageSourceError(
                f"{path}: has no column {', '.join(missing)} among the {len(header)} of row 1; "
                "fetch the table anew, or name its columns as docs/images.md says"
            )
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
        yield from _rows(rows, header, name)


def _rows(rows: Iterator[list[str]], header: list[str], file: str) -> Iterator[Row | Rejected]:
    number = 1
    while True:
        number += 1
        location = Location(file, number)
        try:
            row = next(rows, None)
        except csv.Error:
            detail = "its quotes do not match; double the quotes inside a field and close the last"
            yield Rejected(location, None, "malformed_row", detail)
            continue
        except _BROKEN:
            yield Rejected(
                location, None, "unreadable_file", "the file ends too early; fetch it anew"
            )
            return
        if row is None:
            return
        if not row:
            continue
        if len(row) > len(header) and not any(row[len(header) :]):
            row = row[: len(header)]
        if len(row) != len(header):
            detail = f"{len(row)} fields, expected {len(header)}; quote fields that hold commas"
            yield Rejected(location, None, "malformed_row", detail)
            continue
        yield location, {name: value.strip() for name, value in zip(header, row, strict=True)}


def _open(path: Path) -> TextIO:
    # Bytes that are not UTF-8 only spoil the field they are in.
    try:
        if path.suffix == ".gz":
            return gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="")
        return path.open("r", encoding="utf-8", errors="replace", newline="")
    except OSError as error:
        raise ImageSourceError(f"{path}: cannot be read: {error.strerror}") from None


def _without_comments(lines: Iterator[str]) -> Iterator[str]:
    ahead = True
    for line in lines:
        ahead = ahead and line.lstrip("\ufeff").startswith("#")
        if not ahead:
            yield line


def _trimmed(header: list[str]) -> list[str]:
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    return names
