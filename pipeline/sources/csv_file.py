"""A file of rows, a delimiter between their fields, whose columns may have names of their own."""

import csv
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Final, TextIO

from data_contracts.quarantine import Rejected
from pipeline.settings import SourceSettings
from pipeline.sources.columns import Row, find_columns, is_usual, map_rows
from pipeline.sources.contents import first_lines, open_text, other_encoding
from pipeline.sources.delimited import split_rows
from pipeline.sources.records import ReceivedReport, Source, SourceError

#: What may stand between fields, the likeliest first.
DELIMITERS: Final = (",", "\t", ";", "|")
_JSON: Final = ('{"', "[{")
_SAID: Final = "a CSV file: a header, and a report in each row"


def open_reports(settings: SourceSettings) -> Source:
    """A CSV file, gzipped or not, its fields between commas, semicolons, tabs or pipes.

    Raises:
        SourceError: once records are read, if the file is no CSV, has a header alone, or lacks a
            column that is named or any that holds text.
    """
    tallies: Counter[str] = Counter()
    return Source(_read(settings, tallies), tallies=tallies)


def _read(settings: SourceSettings, tallies: Counter[str]) -> Iterator[ReceivedReport | Rejected]:
    named = {name for _, name in settings.columns if name}
    with open_rows(settings.path, settings.encoding, named, _SAID) as (header, rows):
        columns = find_columns(header, settings.columns, settings.path)
        yield from map_rows(_some(rows, settings.path, _SAID), columns, tallies)


@contextmanager
def open_rows(
    path: Path, encoding: str | None, named: Collection[str], said: str
) -> Iterator[tuple[list[str], Iterator[Row | Rejected]]]:
    """The header of a CSV file and its rows, as long as it is open.

    Args:
        path: the file, gzipped or not.
        encoding: its encoding where that is known.
        named: columns that it should have, by which its delimiter is told.
        said: what is expected, for errors.

    Raises:
        SourceError: it is no CSV file.
    """
    with open_text(path, encoding, said) as file:
        first, delimiter = _start(file, path, named, said)
        if first.strip().startswith(_JSON) or first.strip() in ("{", "["):
            raise SourceError(
                f"{path}: looks like JSON; read objects that stand one a line with the kind jsonl; "
                f"expected {said}"
            )
        header, rows = split_rows(chain([first], file), path, f"expected {said}", delimiter)
        if not all(map(_can_be_told, header)):
            raise other_encoding(path, "its header")
        header[:] = [name.strip() for name in header]
        yield header, rows


def _some(rows: Iterator[Row | Rejected], path: Path, said: str) -> Iterator[Row | Rejected]:
    one = next(rows, None)
    if one is None:
        raise SourceError(f"{path}: has a header and no row below it; expected {said}")
    return chain([one], rows)


def _start(file: TextIO, path: Path, named: Collection[str], said: str) -> tuple[str, str]:
    """The header's first line and the delimiter; blank lines and `sep=;` are passed over."""
    given = None
    for line in first_lines(file, path):
        told = line.strip("\r\n ").casefold()
        if given is None and told.startswith("sep=") and told[4:] in DELIMITERS:
            given = told[4:]
        elif told:
            return line, given or _guess_delimiter(line, named)
    raise SourceError(f"{path}: holds nothing but blank lines; expected {said}")


def _can_be_told(name: str) -> bool:
    return not any("\udc80" <= character <= "\udcff" for character in name)


def _guess_delimiter(line: str, named: Collection[str]) -> str:
    """The one between whose fields most names are known; else the one that gives most fields."""

    def worth(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:  # longer than any header
            return 0, 0
        fields = [cell.strip() for cell in cells]
        return sum(field in named or is_usual(field) for field in fields), len(fields)

    return max(DELIMITERS, key=worth)
