"""What a table is: its columns in order, their meaning and units, its key and its version."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

METADATA_KEY: Final = b"pneumoloc.contract"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: the column's name in the file.
        type: its Arrow type.
        description: what a value means.
        unit: what a number counts or measures.
        nullable: whether a row may leave it out.
        allowed: the only values that may occur.
        minimum: the smallest number that may occur.
        private: holds patients' text, which no error message may repeat.
        repeats: its strings recur, so that a file keeps each once.
    """

    name: str
    type: pa.DataType
    description: str
    unit: str | None = None
    nullable: bool = False
    allowed: tuple[str, ...] | None = None
    minimum: float | None = None
    private: bool = False
    repeats: bool = True


@dataclass(frozen=True, slots=True)
class ColumnFamily:
    """Columns whose names are data, such as one per concept; all share a type and a range."""

    pattern: str
    type: pa.DataType
    description: str
    allowed: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """A table that crosses a boundary.

    The version changes whenever a reader of the older files would misread the newer ones.
    """

    name: str
    version: int
    row: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    family: ColumnFamily | None = None

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the fixed columns, in file order."""
        return tuple(column.name for column in self.columns)

    @property
    def repeating(self) -> tuple[str, ...]:
        """Paths, within a Parquet file, of the columns whose strings recur."""
        return tuple(
            path
            for column in self.columns
            if column.repeats
            for path in _string_paths(column.name, column.type)
        )

    def metadata(self) -> dict[bytes, bytes]:
        """The file's key-value metadata that names this contract."""
        named = {"name": self.name, "version": self.version}
        return {METADATA_KEY: json.dumps(named, sort_keys=True).encode()}

    def schema(self, family_names: tuple[str, ...] = ()) -> pa.Schema:
        """Arrow schema with descriptions and units, the family's columns last.

        Raises:
            ValueError: a family name is given that the contract has no place for.
        """
        fields = [_field(column) for column in self.columns]
        for name in family_names:
            if self.family is None or not re.fullmatch(self.family.pattern, name):
                raise ValueError(f"table '{self.name}' has no place for a column '{name}'")
            description = {b"description": self.family.description.encode()}
            fields.append(pa.field(name, self.family.type, nullable=True, metadata=description))
        return pa.schema(fields, metadata=self.metadata())

    def family_names(self, names: list[str]) -> tuple[str, ...]:
        """Those of `names` that are not fixed columns but belong to the family, in order."""
        if self.family is None:
            return ()
        fixed = set(self.column_names)
        pattern = re.compile(self.family.pattern)
        return tuple(name for name in names if name not in fixed and pattern.fullmatch(name))


def _field(column: Column) -> pa.Field:
    metadata = {b"description": column.description.encode()}
    if column.unit:
        metadata[b"unit"] = column.unit.encode()
    return pa.field(column.name, column.type, nullable=column.nullable, metadata=metadata)


def _string_paths(path: str, kind: pa.DataType) -> Iterator[str]:
    """Where, as Parquet names its leaves, a column of that type has strings."""
    if pa.types.is_string(kind):
        yield path
    elif pa.types.is_list(kind):
        yield from _string_paths(f"{path}.list.element", kind.value_type)
    elif pa.types.is_map(kind):
        yield from _string_paths(f"{path}.key_value.key", kind.key_type)
        yield from _string_paths(f"{path}.key_value.value", kind.item_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _string_paths(f"{path}.{field.name}", field.type)
