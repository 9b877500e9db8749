"""Reading and writing tables as Parquet: checked, atomic, deterministic, whole or in parts."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_contracts.checking import check_table
from data_contracts.contract import METADATA_KEY, Contract
from data_contracts.errors import ContractError
from data_contracts.together import place_together, remove, restore, retire, settle, waiting
from data_contracts.value_counts import read_all_values
from data_contracts.whole_files import naming, whole_file

_PART = "part-{:05d}.parquet"
# Readers of Parquet directories pass over names that start with an underscore.
_FINGERPRINT = "_fingerprint"
#: Where a file's metadata have a digest of its columns' names, which pages' checksums do not cover.
_NAMES: Final = b"pneumoloc.columns"
#: What reading a damaged Parquet file may raise, wherever the damage is.
DAMAGED_PARQUET: Final = (
    pa.ArrowException,
    OSError,
    MemoryError,
    ValueError,
    LookupError,
    TypeError,
)


class TableNotFoundError(FileNotFoundError):
    """A table that a stage reads is not there."""


def write_table(
    contract: Contract, table: pa.Table, path: Path, metadata: Mapping[bytes, bytes] | None = None
) -> None:
    """Check `table` and put it at `path` as one Parquet file, or leave what was there untouched.

    Args:
        contract: what the table must be.
        table: its rows.
        path: file to write.
        metadata: what the file's metadata are to say beside the contract's name.

    Raises:
        ContractError: the table does not keep its contract.
    """
    checked = check_table(contract, table, str(path))
    own = {**(metadata or {}), **checked.schema.metadata, _NAMES: _digest_of(checked.column_names)}
    checked = checked.replace_schema_metadata(own)
    with whole_file(path) as partial:
        repeating = list(contract.repeating)
        pq.write_table(
            checked,
            partial,
            compression="zstd",
            use_dictionary=repeating,
            write_page_checksum=True,
        )
        settle(path.parent)
        restore(path)
        if path.is_dir():  # it held the parts of an older one
            retire(path)
    restore(path)


def part_paths(contract: Contract, path: Path) -> list[Path]:
    """The table's files in row order: the file itself, or the parts of a directory.

    Raises:
        TableNotFoundError: there is nothing at `path`.
        ContractError: the directory has no parts.
    """
    settle(path.parent)
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise TableNotFoundError(
            f"{path}: table '{contract.name}' ({contract.row}) is not there; "
            "run the stage that writes it first"
        )
    parts = sorted(path.glob("part-*.parquet"))
    if not parts:
        raise ContractError(f"{path}: table '{contract.name}' is a directory without parts")
    return parts


def read_table(contract: Contract, path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a whole table, checked against its contract.

    Args:
        contract: what the table must be.
        path: a Parquet file or a directory of parts.
        columns: read only these; the version is still checked, the rows are not.

    Raises:
        TableNotFoundError: there is nothing at `path`.
        ContractError: the file has another contract or version, or breaks it.
    """
    return pa.concat_tables(list(read_parts(contract, path, columns)))


def read_matching(contract: Contract, path: Path, column: str, value: str) -> pa.Table:
    """Rows of a table kept in one file whose `column` is `value`; the rows are not checked.

    Raises:
        TableNotFoundError: there is no file at `path`.
        ContractError: the file has another contract or version, or cannot be read.
    """
    (part,) = part_paths(contract, path)
    wanted = pc.field(column) == value
    with _telling(part), pq.ParquetFile(part, page_checksum_verification=True) as file:
        _check_version(contract, file.schema_arrow, part)
        groups = [
            group
            for group in range(file.num_row_groups)
            if file.read_row_group(group, columns=[column]).filter(wanted).num_rows
        ]
        return read_all_values(file, groups).filter(wanted)


def read_parts(
    contract: Contract, path: Path, columns: Sequence[str] | None = None
) -> Iterator[pa.Table]:
    """Read a table part by part, in row order; see `read_table`."""
    for part in part_paths(contract, path):
        yield read_part(contract, part, columns)


def read_part(contract: Contract, part: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read one part file; see `read_table`."""
    with _telling(part), pq.ParquetFile(part, page_checksum_verification=True) as file:
        _check_version(contract, file.schema_arrow, part)
        _check_wanted(contract, file.schema_arrow.names, columns or (), part)
        table = read_all_values(file, range(file.num_row_groups), columns)
    return check_table(contract, table, str(part)) if columns is None else table.select(columns)


def _digest_of(names: Sequence[str]) -> bytes:
    return f"{zlib.crc32('/'.join(names).encode()):08x}".encode()


def column_names(part: Path) -> list[str]:
    """The columns that a file has.

    Raises:
        ContractError: it cannot be read.
    """
    with _telling(part):
        return list(pq.read_schema(part).names)


@contextmanager
def _telling(part: Path) -> Iterator[None]:
    """Say which file it was, whatever a damaged one makes a library complain of."""
    try:
        yield
    except ContractError:
        raise
    except DAMAGED_PARQUET as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise ContractError(f"{part}: cannot be read as Parquet ({said}); make it again") from None


def _check_wanted(
    contract: Contract, present: Sequence[str], wanted: Sequence[str], where: Path
) -> None:
    missing = [name for name in wanted if name not in present]
    if missing:
        raise ContractError(f"{where}: table '{contract.name}' misses {', '.join(missing)}")


def _check_version(contract: Contract, schema: pa.Schema, where: Path) -> None:
    raw = (schema.metadata or {}).get(METADATA_KEY)
    if raw is None:
        raise ContractError(f"{where}: names no contract; expected table '{contract.name}'")
    found = json.loads(raw)
    if (found["name"], found["version"]) != (contract.name, contract.version):
        raise ContractError(
            f"{where}: is table '{found['name']}' version {found['version']}; expected "
            f"'{contract.name}' version {contract.version}; rebuild it with this release"
        )
    digest = schema.metadata.get(_NAMES)  # older files have none
    if digest is not None and digest != _digest_of(schema.names):
        raise ContractError(f"{where}: the names of its columns are damaged; make it again")


class PartedTable:
    """A table being written part by part, which becomes visible only when all parts are there.

    Finished parts outlive a kill: opened again with the same fingerprint, they are kept; with
    another fingerprint (other input, settings or rules) they are thrown away.
    """

    def __init__(self, contract: Contract, path: Path, fingerprint: str) -> None:
        self.contract = contract
        self.path = path
        self.partial = waiting(path)
        settle(path.parent)
        restore(path)
        stamp = self.partial / _FINGERPRINT
        if stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint:
            return
        remove(self.partial)
        with naming(stamp):
            self.partial.mkdir(parents=True)
            stamp.write_text(fingerprint, encoding="utf-8")

    def has_part(self, index: int) -> bool:
        """Whether part `index` was finished, in this run or one before it."""
        return (self.partial / _PART.format(index)).exists()

    def write_part(self, index: int, table: pa.Table) -> None:
        """Check and write one part; it appears whole or not at all."""
        write_table(self.contract, table, self.partial / _PART.format(index))

    def read_finished(self, index: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Read a part that `has_part` reports."""
        return read_part(self.contract, self.partial / _PART.format(index), columns)

    def commit(self, parts: int) -> None:
        """Put the parts 0 to `parts - 1` in the table's place at once.

        Raises:
            ContractError: a part is missing.
        """
        self.finish(parts)
        place_together([self.path])

    def finish(self, parts: int) -> None:
        """Leave the parts 0 to `parts - 1`, and nothing else, to be put in place with other tables.

        Raises:
            ContractError: a part is missing.
        """
        missing = [i for i in range(parts) if not self.has_part(i)]
        if missing:
            raise ContractError(
                f"{self.path}: table '{self.contract.name}' lacks {len(missing)} of {parts} parts"
            )
        kept = {_FINGERPRINT, *(_PART.format(i) for i in range(parts))}
        for stray in self.partial.iterdir():
            if stray.name not in kept:
                remove(stray)


def is_current(path: Path, fingerprint: str, parts: int) -> bool:
    """Whether a `PartedTable` of `parts` parts and this fingerprint is in place already."""
    settle(path.parent)
    stamp = path / _FINGERPRINT
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != fingerprint:
        return False
    return all((path / _PART.format(index)).exists() for index in range(parts))


def count_rows(contract: Contract, path: Path) -> int:
    """Rows of a table, read from the files' footers alone."""
    return sum(_rows_of(part) for part in part_paths(contract, path))


def _rows_of(part: Path) -> int:
    with _telling(part):
        return int(pq.read_metadata(part).num_rows)
