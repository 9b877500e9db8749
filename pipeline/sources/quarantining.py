"""The quarantine table of records that could not be used."""

from collections.abc import Iterable

import pyarrow as pa

from data_contracts.quarantine import Rejected
from data_contracts.tables import QUARANTINE


def quarantine_table(rejected: Iterable[Rejected]) -> pa.Table:
    """Rows of the quarantine table, in the order of the records."""
    seen: set[tuple[str, int, str]] = set()
    columns: dict[str, list[object]] = {name: [] for name in QUARANTINE.column_names}
    for record in rejected:
        file = name = _printable(record.location.file)
        times = 1
        # An archive may hold several members of one name.
        while (file, record.location.row, record.reason) in seen:
            times += 1
            file = f"{name} #{times}"
        seen.add((file, record.location.row, record.reason))
        columns["file"].append(file)
        columns["row"].append(record.location.row)
        columns["record_id"].append(record.record_id and _printable(record.record_id))
        columns["reason"].append(record.reason)
        columns["detail"].append(_printable(record.detail))
    return pa.table(columns, schema=QUARANTINE.schema())


def _printable(name: str) -> str:
    """A name as it can be stored: bytes that are not UTF-8 become question marks."""
    return name.encode("utf-8", errors="replace").decode("utf-8")
