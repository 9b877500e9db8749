"""An Excel workbook with a sheet of reports, whose columns may have names of their own."""

import shlex
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError

from data_contracts.quarantine import Location, Rejected
from pipeline.settings import SourceSettings
from pipeline.sources.cells import as_text
from pipeline.sources.columns import Row, find_columns, map_rows
from pipeline.sources.contents import BROKEN_ARCHIVE, refuse_others
from pipeline.sources.records import ReceivedReport, Source, SourceError

if TYPE_CHECKING:
    from openpyxl import Workbook

#: Of a sheet, in any version of Excel.
_MOST_ROWS: Final = 1_048_576
_MOST_COLUMNS: Final = 16_384
_SAID: Final = "an Excel workbook (.xlsx): a header, and a report in each row"
#: What openpyxl raises of a workbook that is damaged.
_DAMAGED: Final = (
    *BROKEN_ARCHIVE,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    ParseError,
)


def open_reports(settings: SourceSettings) -> Source:
    """The sheet that the settings name, or the only one in which reports can be found.

    Raises:
        SourceError: once records are read, if the file is no workbook, several sheets may be meant,
            or the sheet has a header alone or lacks a column that is named or any that holds text.
    """
    tallies: Counter[str] = Counter()
    return Source(_read(settings, tallies), tallies=tallies)


def _read(settings: SourceSettings, tallies: Counter[str]) -> Iterator[ReceivedReport | Rejected]:
    path = settings.path
    refuse_others(path, "xlsx", _SAID)
    with _open(path) as book:
        sheet = _choose_sheet(book, settings)
        names = _header(sheet, path)
        columns = find_columns(_named(names), settings.columns, _where(path, sheet))
        rows = _rows(sheet, names, path.name)
        one = next(rows, None)
        if one is None:
            raise SourceError(
                f"{_where(path, sheet)}: has a header and no row below it; expected {_SAID}"
            )
        tallies[f"rows_of_sheet_{sheet.title}"] = 0
        for record in map_rows(chain([one], rows), columns, tallies):
            tallies[f"rows_of_sheet_{sheet.title}"] += 1
            yield record


@contextmanager
def _open(path: Path) -> "Iterator[Workbook]":
    from openpyxl import load_workbook

    with path.open("rb") as file:  # by its content, whatever its name ends in
        try:
            with warnings.catch_warnings(action="ignore"):  # of styles, which reports have none of
                book = load_workbook(file, read_only=True, data_only=True)
        except _DAMAGED:
            raise SourceError(f"{path}: is a damaged Excel workbook; save it anew") from None
        try:
            yield book
        finally:
            book.close()


def _choose_sheet(book: "Workbook", settings: SourceSettings) -> Any:
    path, sheets = settings.path, book.worksheets
    if settings.sheet is not None:
        for sheet in sheets:
            if sheet.title == settings.sheet:
                return sheet
        raise SourceError(
            f"{path}: has no sheet {settings.sheet}; its sheets are "
            f"{', '.join(sheet.title for sheet in sheets)}; set source.sheet to one of them"
        )
    filled = [s for s in sheets if s.sheet_state == "visible" and _header(s, path)]
    usable = [sheet for sheet in filled if _has_reports(sheet, settings)] or filled
    if not usable:
        raise SourceError(f"{path}: has no sheet that holds anything; expected {_SAID}")
    if len(usable) > 1:
        names = ", ".join(sheet.title for sheet in usable)
        raise SourceError(
            f"{path}: any of the sheets {names} may hold the reports; say which: "
            f"--set source.sheet={shlex.quote(usable[0].title)} (in params.yaml: source.sheet)"
        )
    return usable[0]


def _has_reports(sheet: Any, settings: SourceSettings) -> bool:
    try:
        find_columns(_named(_header(sheet, settings.path)), settings.columns, settings.path)
    except SourceError:
        return False
    return True


def _header(sheet: Any, path: Path) -> list[str]:
    """The names in the first row that holds anything; none in an empty sheet."""
    try:
        for _, cells in _lines(sheet):
            return [name.strip() for name in cells]
    except _DAMAGED:
        raise SourceError(f"{_where(path, sheet)}: is damaged; save the file anew") from None
    return []


def _named(names: list[str]) -> list[str]:
    return [name for name in names if name]


def _rows(sheet: Any, names: list[str], file: str) -> Iterator[Row | Rejected]:
    """The rows below the header, numbered as Excel numbers them."""
    number = 0
    try:
        for number, cells in islice(_lines(sheet), 1, None):
            texts = zip(names, cells, strict=False)  # empty cells at a row's end are not stored
            yield Location(file, number), {name: text for name, text in texts if name}
    except _DAMAGED:
        location = Location(file, number + 1)
        yield Rejected(location, None, "unreadable_file", "damaged from here on; save it anew")


def _lines(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """A sheet's rows that hold anything, with their numbers."""
    from openpyxl.utils.escape import unescape

    rows = _numbered(sheet)
    while True:
        with warnings.catch_warnings(action="ignore"):  # of dates that are none
            number, values = next(rows, (0, ()))
        if not number:
            return
        # Excel writes a carriage return as _x000D_.
        cells = [unescape(v) if isinstance(v, str) else as_text(v) for v in values]
        if any(cells):
            yield number, cells


def _numbered(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows that a sheet's file has, with their numbers and the values of their cells.

    openpyxl's own `iter_rows` leaves out, without a word, a row whose number is not above the last
    and a cell right of the row's last one, and gives a row for each number that is left out.

    Raises:
        ValueError: numbers do not grow, or rows or columns are more than a sheet has.
    """
    from openpyxl.worksheet._reader import WorkSheetParser

    book, last = sheet.parent, 0
    with sheet._get_source() as source:  # noqa: SLF001 - there is no other way to a row's number
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,  # noqa: SLF001
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        for number, cells in parser.parse():
            if not last < number <= _MOST_ROWS:
                raise ValueError(f"row {number} behind row {last}")
            last = number
            places = [cell["column"] for cell in cells]
            if not all(1 <= place <= _MOST_COLUMNS for place in places):
                raise ValueError(f"a cell of row {number} in no column that there is")
            values = [None] * max(places, default=0)
            for cell in cells:
                values[cell["column"] - 1] = cell["value"]
            yield number, values


def _where(path: Path, sheet: Any) -> str:
    return f"{path}, sheet {sheet.title}"
