"""Reports together with the tables that extraction made of them, batch by batch."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import Contract
from data_contracts.storage import part_paths, read_part, read_parts, read_table
from data_contracts.tables import REPORTS


class ForeignRowsError(ValueError):
    """Mentions or findings speak of reports that are not there."""


@dataclass(frozen=True, slots=True)
class WantedTable:
    """A table to read, its rows told apart by `report_id`.

    Attributes:
        contract: what it must be.
        path: a Parquet file or a directory of parts.
        columns: the columns to read.
    """

    contract: Contract
    path: Path
    columns: tuple[str, ...]


def read_batches(reports: WantedTable, *extracted: WantedTable) -> Iterator[tuple[pa.Table, ...]]:
    """Some reports with all rows that were extracted from them, then the next reports, in order.

    Extraction writes one part of each table per part of reports, and then a batch is a part.
    Tables that are cut otherwise, such as a single file, come as one batch.

    Args:
        reports: the reports table.
        extracted: tables made of it.

    Yields:
        The rows of `reports` and of each of `extracted`, in this order.

    Raises:
        TableNotFoundError: a table is not there.
        ContractError: a table is another one, or of another version.
        ForeignRowsError: a row is of a report that `reports` lacks.
    """
    tables = (reports, *extracted)
    parts = [part_paths(table.contract, table.path) for table in tables]
    if _is_cut_alike(extracted, parts):
        for part in zip(*parts, strict=True):
            yield tuple(
                read_part(table.contract, path, table.columns)
                for table, path in zip(tables, part, strict=True)
            )
        return
    ids = read_table(REPORTS, reports.path, ("report_id",))["report_id"]
    for table in extracted:
        _check_known(table, ids)
    yield tuple(read_table(table.contract, table.path, table.columns) for table in tables)


def _is_cut_alike(extracted: tuple[WantedTable, ...], parts: list[list[Path]]) -> bool:
    """Whether the n-th parts of all tables are of the reports in the n-th part of reports."""
    if len({len(paths) for paths in parts}) > 1:
        return False
    for report_part, *of_extracted in zip(*parts, strict=True):
        ids = read_part(REPORTS, report_part, ("report_id",))["report_id"]
        for table, path in zip(extracted, of_extracted, strict=True):
            named = read_part(table.contract, path, ("report_id",))["report_id"]
            if not pc.all(pc.is_in(named, value_set=ids), min_count=0).as_py():
                return False
    return True


def _check_known(table: WantedTable, report_ids: pa.ChunkedArray) -> None:
    for named in read_parts(table.contract, table.path, ("report_id",)):
        foreign = named.filter(pc.invert(pc.is_in(named["report_id"], value_set=report_ids)))
        if foreign.num_rows:
            raise ForeignRowsError(
                f"{table.path}: {foreign.num_rows} rows are of reports that the reports table "
                f"lacks, the first of report '{foreign['report_id'][0]}'; run extract again on "
                "these reports"
            )
