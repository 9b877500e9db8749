"""The phantom cohort's reports, as the phantom stage wrote them."""

from collections.abc import Iterator
from pathlib import Path

from data_contracts.quarantine import Location
from data_contracts.storage import count_rows, read_parts
from data_contracts.tables import REPORTS
from pipeline.settings import SourceSettings
from pipeline.sources.records import ReceivedReport, Source


def open_reports(settings: SourceSettings) -> Source:
    """The reports in the folder that the phantom stage wrote.

    Their sections are looked for as in any other report that comes as one text.

    Raises:
        TableNotFoundError: the phantom stage has not run.
    """
    table = settings.path / "reports.parquet"
    return Source(_read(table), count_rows(REPORTS, table))


def _read(table: Path) -> Iterator[ReceivedReport]:
    number = 0
    columns = ("report_id", "subject_id", "study_id", "split", "text")
    for part in read_parts(REPORTS, table, columns):
        for row in part.to_pylist():
            number += 1
            yield ReceivedReport(
                Location(table.name, number),
                row["report_id"],
                row["subject_id"],
                row["study_id"],
                row["split"],
                row["text"],
            )
