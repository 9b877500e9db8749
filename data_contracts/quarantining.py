"""Gathers records that cannot be used, for the quarantine table."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import pandas as pd
import pyarrow as pa

from data_contracts.quarantine import Rejected
from data_contracts.rows import Rows
from data_contracts.tables import QUARANTINE

_KEY: Final = list(QUARANTINE.primary_key)


class Quarantine:
    """Records that cannot be used, in the order they were added.

    Attributes:
        reasons: how many there are for each reason.
    """

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()
        self._rows = Rows(QUARANTINE)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._rows)

    def add(self, record: Rejected) -> None:
        """Add a record."""
        self.reasons[record.reason] += 1
        place = record.location
        self._rows.add(place.file, place.row, record.record_id, record.reason, record.detail)

    def table(self) -> pa.Table:
        """Rows of the quarantine table; files of one name, as an archive may hold, are numbered."""
        table = self._rows.table()
        key = table.select(_KEY).to_pandas(types_mapper=pd.ArrowDtype)
        named = key["file"]
        # A number may make one of another's name.
        while (repeated := key.duplicated()).any():
            number = key[key.duplicated(keep=False)].groupby(_KEY).cumcount() + 1
            numbered = named[repeated] + " #" + number[repeated].astype(str)
            named = key["file"] = named.mask(repeated, numbered)
        place = table.schema.get_field_index("file")
        return table.set_column(place, table.schema.field(place), pa.array(named, pa.string()))


def quarantine_table(rejected: Iterable[Rejected]) -> pa.Table:
    """Rows of the quarantine table, in the order of the records."""
    quarantine = Quarantine()
    for record in rejected:
        quarantine.add(record)
    return quarantine.table()
