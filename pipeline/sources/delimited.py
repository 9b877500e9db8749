"""Rows of CSV files, plain or gzipped, read so that a broken row costs nothing but itself."""

import csv
import gzip
import re
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TextIO

from pipeline.sources.records import Place, Rejected, SourceError

# Whether a report of many megabytes is too long is for the quarantine to say, not for the parser.
_FIELD_LIMIT: Final = 2**31 - 1
# A quote that is never closed takes in all lines behind it; no report has as many.
_LINES_OF_A_ROW: Final = 20_000
# A column's name, as against a sentence: up to four words and no stop behind the last.
_NAME: Final = re.compile(r"(?!.*\.$)(?=.{0,40}$)[^\s,;:]*(?: [^\s,;:]+){0,3}")
#: What reading a file that is damaged, cut off or closed to the user raises.
BROKEN_FILE: Final = (OSError, EOFError, zlib.error)

Row = tuple[Place, Mapping[str, str]]


def read_rows(path: Path, required: Sequence[str], remedy: str) -> Iterator[Row | Rejected]:
    """Rows of a CSV file by column name; the header is row 1.

    Bytes that are not UTF-8 are kept as surrogates, so that each row can be judged by itself.
    Where the quotes of a row do not match, reading goes on at the next line behind its first that
    has as many fields as the header.

    Args:
        path: the file; gzipped where its name ends in `.gz`.
        required: columns it must have.
        remedy: what to do where one of them is missing.

    Raises:
        SourceError: the file cannot be read, is empty, or lacks a required column.
    """
    csv.field_size_limit(_FIELD_LIMIT)
    with _open(path) as file:
        lines = _Lines(file)
        rows = csv.reader(lines, strict=True)
        try:
            header = next(rows, None)
        except (*BROKEN_FILE, csv.Error):
            raise SourceError(f"{path}: is not a readable CSV file; {remedy}") from None
        if not header:
            raise SourceError(f"{path}: is empty; expected a header with {', '.join(required)}")
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
        yield from _rows(lines, rows, header, path.name)


def list_columns(names: Sequence[str]) -> str:
    """Names of columns for a message.

    Where a file has no header its first row stands here, so what reads like a sentence may be a
    patient's and is only counted.
    """
    return ", ".join(
        name if _NAME.fullmatch(name) else f"({len(name):,} characters: is the header missing?)"
        for name in names
    )


def _open(path: Path) -> TextIO:
    try:
        if path.suffix == ".gz":
            return gzip.open(path, "rt", encoding="utf-8", errors="surrogateescape", newline="")
        return path.open("r", encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None


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
    lines: _Lines, rows: Iterator[list[str]], header: list[str], file: str
) -> Iterator[Row | Rejected]:
    number = 1
    after_broken = False
    while True:
        number += 1
        place = Place(file, number)
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
            yield Rejected(place, None, "malformed_row", detail)
            continue
        except BROKEN_FILE:
            yield Rejected(place, None, "unreadable_file", "the file ends too early; fetch it anew")
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
            detail = f"{len(row)} fields, expected {len(header)}; quote fields that hold commas"
            yield Rejected(place, None, "malformed_row", detail)
            continue
        yield place, dict(zip(header, row, strict=True))
