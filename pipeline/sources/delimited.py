"""Rows of CSV files, plain or gzipped, read so that a broken row costs nothing but itself."""

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from data_contracts.quarantine import Location, Rejected
from pipeline.sources.columns import Row, list_columns
from pipeline.sources.contents import BROKEN_TEXT, open_bytes
from pipeline.sources.records import SourceError

# Whether a report of many megabytes is too long is for the quarantine to say, not for the parser.
_FIELD_LIMIT: Final = 2**31 - 1
# A quote that is never closed takes in all lines behind it; no report has as many.
_LINES_OF_A_ROW: Final = 20_000
_NAMES: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "pipes"}


def read_rows(path: Path, required: Sequence[str], remedy: str) -> Iterator[Row | Rejected]:
    """Rows of a CSV file by column name; the header is row 1.

    Bytes that are not UTF-8 are kept as surrogates, so that each row can be judged by itself.
    Where the quotes of a row do not match, reading goes on at the next line behind its first that
    has as many fields as the header.

    Args:
        path: the file; gzipped or not.
        required: columns it must have.
        remedy: what to do where one of them is missing.

    Raises:
        SourceError: the file cannot be read, is empty, or lacks a required column.
    """
    with _open(path) as file:
        header, rows = split_rows(file, path, remedy)
        header[0] = header[0].removeprefix("\ufeff")
        missing = [name for name in required if name not in header]
        if missing:
            raise SourceError(
                f"{path}: has no column {', '.join(missing)}; its columns are "
                f"{list_columns(header)}; {remedy}"
            )
        twice = [name for name in required if header.count(name) > 1]
        if twice:
            raise SourceError(f"{path}: has several columns {', '.join(twice)}; rename all but one")
        yield from rows


def split_rows(
    lines: Iterator[str], path: Path, remedy: str, delimiter: str = ","
) -> tuple[list[str], Iterator[Row | Rejected]]:
    """The header of a file, and its rows by the header's names, which may be changed in place.

    Args:
        lines: the file's, the header's first.
        path: to name the file by.
        remedy: what to do where it cannot be read.
        delimiter: what stands between fields.

    Raises:
        SourceError: there is no header, or nothing that could be read.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    reread = _Lines(lines)
    rows = csv.reader(reread, strict=True, delimiter=delimiter)
    try:
        header = next(rows, None)
    except (*BROKEN_TEXT, csv.Error):
        raise SourceError(f"{path}: is not a readable CSV file; {remedy}") from None
    if not header:
        raise SourceError(f"{path}: is empty; expected a header")
    return header, _rows(reread, rows, header, path.name, delimiter)


def _open(path: Path) -> IO[str]:
    return io.TextIOWrapper(
        open_bytes(path), encoding="utf-8", errors="surrogateescape", newline=""
    )


class _Lines:
    """A file's lines, of which those of the row being read can be read again."""

    def __init__(self, file: Iterator[str]) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self._row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._row) == _LINES_OF_A_ROW:
            raise csv.Error
        line = self._again.popleft() if self._again else next(self._file)
        self._row.append(line)
        return line

    def start_row(self) -> None:
        self._row.clear()

    def reread_behind_first(self) -> None:
        self._again.extendleft(reversed(self._row[1:]))


def _rows(
    lines: _Lines, rows: Iterator[list[str]], header: list[str], file: str, delimiter: str
) -> Iterator[Row | Rejected]:
    number = 1
    after_broken = False
    while True:
        number += 1
        location = Location(file, number)
        lines.start_row()
        try:
            row = next(rows, None)
        except csv.Error:
            lines.reread_behind_first()
            if after_broken:
                number -= 1
                continue
            after_broken = True
            detail = "its quotes do not match; double the quotes inside a field and close the last"
            yield Rejected(location, None, "malformed_row", detail)
            continue
        except BROKEN_TEXT:
            yield Rejected(
                location, None, "unreadable_file", "the file ends too early; fetch it anew"
            )
            return
        if row is None:
            return
        if after_broken and len(row) != len(header):
            number -= 1  # still of the row whose quotes do not match
            continue
        after_broken = False
        if not row:
            continue
        if len(row) != len(header):
            detail = (
                f"{len(row)} fields, expected {len(header)}; quote fields that hold "
                f"{_NAMES[delimiter]}"
            )
            yield Rejected(location, None, "malformed_row", detail)
            continue
        yield location, dict(zip(header, row, strict=True))
