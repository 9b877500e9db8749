"""Open-i, the Indiana University chest X-ray reports: the public CSV; see `openi_xml`."""

from typing import Final

from pipeline.settings import ColumnMapping, SourceSettings
from pipeline.sources.columns import map_rows
from pipeline.sources.delimited import read_rows
from pipeline.sources.records import Source

_COLUMNS: Final = ColumnMapping(
    report_id="uid",
    indication="indication",
    comparison="comparison",
    findings="findings",
    impression="impression",
)
_REQUIRED: Final = ("uid", "findings", "impression")
_REMEDY: Final = "expected Open-i's indiana_reports.csv, or use source.kind=csv with source.columns"


def open_reports(settings: SourceSettings) -> Source:
    """The public CSV release: `uid`, `findings` and `impression`, others where they are there.

    Raises:
        SourceError: the file lacks one of these columns.
    """
    return Source(map_rows(read_rows(settings.path, _REQUIRED, _REMEDY), _COLUMNS))
