"""A table's rows, gathered one by one and held as columns."""

from typing import Final

import pyarrow as pa

from data_contracts.contract import Contract

# Rows that are lists of Python objects, which take ten times the memory of columns.
_LOOSE: Final = 4_096


class Rows:
    """Rows of a table, added one by one.

    Args:
        contract: what they are to be.
    """

    def __init__(self, contract: Contract) -> None:
        self._schema = contract.schema()
        self._packed: list[pa.RecordBatch] = []
        self._loose: list[tuple[object, ...]] = []

    def __len__(self) -> int:
        """How many there are."""
        packed: int = sum(batch.num_rows for batch in self._packed)
        return packed + len(self._loose)

    def add(self, *values: object) -> None:
        """Add a row: a value for each column, in the contract's order.

        Bytes of a file's name that are not UTF-8 become question marks.
        """
        self._loose.append(
            tuple([_printable(value) if isinstance(value, str) else value for value in values])
        )
        if len(self._loose) >= _LOOSE:
            self._pack()

    def table(self) -> pa.Table:
        """All rows, in the order they were added."""
        self._pack()
        return pa.Table.from_batches(self._packed, self._schema)

    def _pack(self) -> None:
        if not self._loose:
            return
        columns = [
            pa.array(values, field.type)
            for values, field in zip(zip(*self._loose, strict=True), self._schema, strict=True)
        ]
        self._packed.append(pa.record_batch(columns, schema=self._schema))
        self._loose.clear()


def _printable(text: str) -> str:
    return text.encode("utf-8", errors="replace").decode("utf-8")
