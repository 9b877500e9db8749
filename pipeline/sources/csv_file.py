"""A file of rows, a delimiter between their fields, whose columns may have names of their own."""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final, TextIO

from data_contracts.quarantine import Rejected
from pipeline.settings import ColumnMapping, SourceSettings
from pipeline.sources.columns import find_columns, is_usual, map_rows
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
    path = settings.path
    with open_text(path, settings.encoding, _SAID) as file:
        first, delimiter = _start(file, path, settings.columns)
        if first.strip().startswith(_JSON) or first.strip() in ("{", "["):
            raise SourceError(
                f"{path}: looks like JSON; read objects that stand one a line with the kind jsonl; "
                f"expected {_SAID}"
            )
        header, rows = split_rows(chain([first], file), path, f"expected {_SAID}", delimiter)
        if not all(map(_can_be_told, header)):
            raise other_encoding(path, "its header")
        header[:] = [name.strip() for name in header]
        columns = find_columns(header, settings.columns, path)
        one = next(rows, None)
        if one is None:
            raise SourceError(f"{path}: has a header and no row below it; expected {_SAID}")
        yield from map_rows(chain([one], rows), columns, tallies)


def _start(file: TextIO, path: Path, wanted: ColumnMapping) -> tuple[str, str]:
    """The header's first line and the delimiter; blank lines and `sep=;` are passed over."""
    named = {name for _, name in wanted if name}
    given = None
    for line in first_lines(file, path):
        said = line.strip("\r\n ").casefold()
        if given is None and said.startswith("sep=") and said[4:] in DELIMITERS:
            given = said[4:]
        elif said:
            return line, given or _guess_delimiter(line, named)
    raise SourceError(f"{path}: holds nothing but blank lines; expected {_SAID}")


def _can_be_told(name: str) -> bool:
    return not any("\udc80" <= character <= "\udcff" for character in name)


def _guess_delimiter(line: str, named: set[str]) -> str:
    """The one between whose fields most names are known; else the one that gives most fields."""

    def worth(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:  # longer than any header
            return 0, 0
        fields = [cell.strip() for cell in cells]
        return sum(field in named or is_usual(field) for field in fields), len(fields)

    return max(DELIMITERS, key=worth)
