"""A file of JSON objects, one a line, whose keys may have names of their own."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, TextIO

from data_contracts.quarantine import Location, Rejected
from pipeline.settings import ColumnMapping, SourceSettings
from pipeline.sources.cells import as_text
from pipeline.sources.columns import Row, find_columns, map_rows
from pipeline.sources.composition import WRONG_ENCODING
from pipeline.sources.contents import BROKEN_TEXT, first_lines, open_text
from pipeline.sources.records import ReceivedReport, Source, SourceError

#: Lines whose keys tell which holds what, where the settings do not.
LOOKED_AT: Final = 1_000
_SAID: Final = 'one JSON object a line, such as {"report_id": "1", "text": "…"}'
_ONE_A_LINE: Final = "write one object a line, such as jq -c {} FILE > reports.jsonl does"
_Parsed = tuple[Location, dict[str, Any]]


def open_reports(settings: SourceSettings) -> Source:
    """A file of JSON objects, one a line, gzipped or not. A row may leave out what it has not.

    Raises:
        SourceError: once records are read, if the file holds no objects, or no row has a column
            that is named or one that holds text.
    """
    tallies: Counter[str] = Counter()
    return Source(_read(settings, tallies), tallies=tallies)


def _read(settings: SourceSettings, tallies: Counter[str]) -> Iterator[ReceivedReport | Rejected]:
    path, wanted = settings.path, settings.columns
    with open_text(path, settings.encoding, _SAID) as file:
        first = next((line for line in first_lines(file, path) if line.strip()), None)
        if first is None:
            raise SourceError(f"{path}: holds nothing but blank lines; expected {_SAID}")
        _refuse_other_layouts(path, first)
        file.seek(0)
        rows = _rows(file, path)
        ahead = list(islice(rows, LOOKED_AT))
        seen = _keys(ahead)
        if not seen:
            raise SourceError(f"{path}: none of its lines is a JSON object; expected {_SAID}")
        columns = find_columns(list(seen), wanted, path, all_known=False)
        yield from map_rows(_texts(chain(ahead, rows), columns, seen), columns, tallies)
    # A row may leave out what it has not; a column that no row has is a slip in the mapping.
    found = find_columns(list(seen), wanted, path)
    late = {role: name for role, name in found if name != getattr(columns, role)}
    if late:
        options = " ".join(f"--column {role}={name}" for role, name in late.items())
        raise SourceError(
            f"{path}: {', '.join(map(str, late.values()))} is in none of the first {LOOKED_AT:,} "
            f"rows, of which columns are found; name it: {options}"
        )


def _refuse_other_layouts(path: Path, first: str) -> None:
    """See that a file does not hold one list of all, or objects over several lines.

    Raises:
        SourceError: it does.
    """
    start = first.strip()
    if start == "{":
        remedy = _ONE_A_LINE.format(".")
        raise SourceError(f"{path}: has objects over several lines; {remedy}")
    if start.startswith("["):
        try:
            whole = json.loads(start)
        except (ValueError, RecursionError):
            whole = [{}]
        if whole and isinstance(whole[0], dict):
            remedy = _ONE_A_LINE.format("'.[]'")
            raise SourceError(f"{path}: is one JSON list; {remedy}")


def _rows(file: TextIO, path: Path) -> Iterator[_Parsed | Rejected]:
    number = 0
    try:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _parse(Location(path.name, number), line)
    except BROKEN_TEXT:
        location = Location(path.name, number + 1)
        yield Rejected(location, None, "unreadable_file", "the file ends too early; fetch it anew")


def _parse(location: Location, line: str) -> _Parsed | Rejected:
    try:
        line.encode("utf-8")
        entry = json.loads(line.removeprefix("\ufeff"))
    except UnicodeEncodeError:
        return Rejected(location, None, "wrong_encoding", WRONG_ENCODING)
    except (ValueError, RecursionError):
        return Rejected(location, None, "malformed_row", "expected one JSON object a line")
    if not isinstance(entry, dict):
        return Rejected(location, None, "malformed_row", "expected a JSON object, {…}")
    return location, entry


def _texts(
    rows: Iterable[_Parsed | Rejected], columns: ColumnMapping, seen: dict[str, None]
) -> Iterator[Row | Rejected]:
    """Rows of text; `seen` gathers their keys."""
    used = {name for _, name in columns if name is not None}
    for row in rows:
        if isinstance(row, Rejected):
            yield row
            continue
        location, entry = row
        seen.update(dict.fromkeys(entry))
        nested = [name for name in entry if name in used and isinstance(entry[name], dict | list)]
        if nested:
            detail = f"expected text in {', '.join(nested)}, not a list or an object"
            yield Rejected(location, None, "malformed_row", detail)
        else:
            yield location, {name: as_text(entry[name]) for name in used if name in entry}


def _keys(rows: Iterable[_Parsed | Rejected]) -> dict[str, None]:
    return dict.fromkeys(name for row in rows if not isinstance(row, Rejected) for name in row[1])
