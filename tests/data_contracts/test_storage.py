"""A table is there whole or as it was before; finished parts outlive a kill."""

import multiprocessing
import os
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_contracts.contract import Column, ColumnFamily, Contract
from data_contracts.errors import ContractError
from data_contracts.storage import (
    PartedTable,
    TableNotFoundError,
    count_rows,
    part_paths,
    read_part,
    read_parts,
    read_table,
    write_table,
)

SCANS = Contract(
    name="scans",
    version=2,
    row="a scan",
    primary_key=("scan_id",),
    columns=(
        Column("scan_id", pa.string(), "The scan."),
        Column("dose", pa.int64(), "Dose.", unit="µGy", minimum=0),
    ),
)
OLDER_SCANS = Contract("scans", 1, SCANS.row, SCANS.columns, SCANS.primary_key)
DRAWINGS = Contract("drawings", 2, SCANS.row, SCANS.columns, SCANS.primary_key)


def scans(*names: str, dose: int = 5) -> pa.Table:
    return pa.table({"scan_id": list(names), "dose": [dose] * len(names)})


def names_in(path: Path) -> list[str]:
    return [str(name) for name in read_table(SCANS, path)["scan_id"].to_pylist()]


def left_behind(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_what_was_written_is_read_again_with_its_meaning(tmp_path: Path) -> None:
    path = tmp_path / "new" / "scans.parquet"
    write_table(SCANS, scans("a", "b"), path)
    table = read_table(SCANS, path)
    assert table.to_pydict() == {"scan_id": ["a", "b"], "dose": [5, 5]}
    assert table.schema.field("dose").metadata[b"unit"] == "µGy".encode()
    assert count_rows(SCANS, path) == 2


def test_equal_tables_are_equal_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_table(SCANS, scans("a", "b"), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_strings_that_recur_are_kept_once_and_unique_ones_as_they_are(tmp_path: Path) -> None:
    words = pa.list_(pa.string())
    contract = Contract(
        "readings",
        1,
        "a reading",
        (
            Column("reading_id", pa.string(), "The reading.", repeats=False),
            Column("words", words, "Its words."),
            Column("named", pa.map_(pa.string(), words), "Words by name."),
            Column("parts", pa.list_(pa.struct([("name", pa.string())])), "Its parts."),
            Column("other_ids", words, "Readings that are like it.", repeats=False),
        ),
        primary_key=("reading_id",),
    )
    rows = [
        {
            "reading_id": str(number),
            "words": ["left", "base"],
            "named": [("side", ["left"])],
            "parts": [{"name": "lobe"}],
            "other_ids": [str(number + 1)],
        }
        for number in range(20)
    ]
    path = tmp_path / "readings.parquet"
    write_table(contract, pa.Table.from_pylist(rows, schema=contract.schema()), path)
    group = pq.read_metadata(path).row_group(0)
    columns = [group.column(index) for index in range(group.num_columns)]
    assert [c.path_in_schema for c in columns if c.has_dictionary_page] == list(contract.repeating)
    assert set(contract.repeating) < {column.path_in_schema for column in columns}
    assert read_table(contract, path).to_pylist() == rows


def test_a_refused_table_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    write_table(SCANS, scans("old"), path)
    with pytest.raises(ContractError):
        write_table(SCANS, scans("new", dose=-1), path)
    assert names_in(path) == ["old"]
    assert left_behind(tmp_path) == ["scans.parquet"]


def test_a_write_that_fails_leaves_the_old_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scans.parquet"
    write_table(SCANS, scans("old"), path)

    def full_disk(_table: pa.Table, where: Path, **_options: object) -> None:
        Path(where).write_bytes(b"PAR1")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_table(SCANS, scans("new"), path)
    assert names_in(path) == ["old"]
    assert left_behind(tmp_path) == ["scans.parquet"]


def test_a_file_takes_the_place_of_a_folder_and_back(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    parts = PartedTable(SCANS, path, "f")
    parts.write_part(0, scans("in a part"))
    parts.commit(1)
    assert path.is_dir()
    write_table(SCANS, scans("in a file"), path)
    assert names_in(path) == ["in a file"]
    parts = PartedTable(SCANS, path, "g")
    parts.write_part(0, scans("in a part again"))
    parts.commit(1)
    assert names_in(path) == ["in a part again"]
    assert left_behind(tmp_path) == ["scans.parquet"]


def test_another_version_or_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    write_table(OLDER_SCANS, scans("a"), path)
    with pytest.raises(ContractError, match=r"version 1; expected 'scans' version 2; rebuild"):
        read_table(SCANS, path)
    with pytest.raises(ContractError, match=r"expected 'drawings'"):
        read_table(DRAWINGS, path)


def test_only_some_columns_still_have_their_version_checked(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    write_table(OLDER_SCANS, scans("a"), path)
    with pytest.raises(ContractError, match="version 1"):
        read_part(SCANS, path, ["dose"])
    write_table(SCANS, scans("a"), path)
    assert read_part(SCANS, path, ["dose", "scan_id"]).column_names == ["dose", "scan_id"]
    with pytest.raises(ContractError, match="misses weight"):
        read_part(SCANS, path, ["weight"])


def test_a_foreign_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    pq.write_table(scans("a"), path)
    with pytest.raises(ContractError, match="names no contract"):
        read_table(SCANS, path)


def test_a_file_cut_short_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    write_table(SCANS, scans("a", "b"), path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ContractError, match=r"scans\.parquet: cannot be read as Parquet"):
        read_table(SCANS, path)


def test_a_bit_flipped_anywhere_is_told_of_or_changes_no_row(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    write_table(SCANS, scans("a", "b"), path)
    rows, whole = read_table(SCANS, path), path.read_bytes()
    refused = 0
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        try:
            assert read_table(SCANS, path).equals(rows), place
        except ContractError:
            refused += 1
    assert refused > len(whole) / 2


def test_a_damaged_name_of_a_column_of_many_is_told_of(tmp_path: Path) -> None:
    family = ColumnFamily("finding:[a-z_]+", pa.int8(), "A value.")
    contract = Contract("values", 1, "a scan", SCANS.columns[:1], SCANS.primary_key, family)
    path = tmp_path / "values.parquet"
    rows = pa.table({"scan_id": ["a"], "finding:mass": pa.array([1], pa.int8())})
    write_table(contract, rows, path)
    path.write_bytes(path.read_bytes().replace(b"finding:mass", b"finding:mess"))
    with pytest.raises(ContractError, match=r"names of its columns are damaged|cannot be read"):
        read_table(contract, path)


def test_a_table_that_is_not_there_and_one_without_parts(tmp_path: Path) -> None:
    with pytest.raises(TableNotFoundError, match=r"table 'scans' \(a scan\) is not there"):
        read_table(SCANS, tmp_path / "scans.parquet")
    with pytest.raises(ContractError, match="directory without parts"):
        part_paths(SCANS, tmp_path)


def test_parts_are_seen_only_together_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    parts = PartedTable(SCANS, path, "f")
    parts.write_part(1, scans("c"))
    assert not path.exists()
    with pytest.raises(ContractError, match="lacks 1 of 2 parts"):
        parts.commit(2)
    parts.write_part(0, scans("a", "b"))
    parts.commit(2)
    assert [part.num_rows for part in read_parts(SCANS, path)] == [2, 1]
    assert names_in(path) == ["a", "b", "c"]


def test_the_last_good_table_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    write_table(SCANS, scans("old"), path)
    parts = PartedTable(SCANS, path, "f")
    parts.write_part(0, scans("new"))
    assert names_in(path) == ["old"]
    parts.commit(1)
    assert names_in(path) == ["new"]


def test_another_fingerprint_discards_what_was_finished(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    PartedTable(SCANS, path, "rules of monday").write_part(0, scans("a"))
    assert PartedTable(SCANS, path, "rules of monday").has_part(0)
    assert not PartedTable(SCANS, path, "rules of tuesday").has_part(0)


def write_two_parts_then_die(path: Path) -> None:
    parts = PartedTable(SCANS, path, "f")
    for index in range(2):
        parts.write_part(index, scans(f"first run {index}"))
    (parts.partial / ".part-00002.parquet.99.partial").write_bytes(b"PAR1")
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_kill_between_parts_keeps_those_that_were_finished(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    write_table(SCANS, scans("old"), path)
    process = multiprocessing.get_context("spawn").Process(
        target=write_two_parts_then_die, args=(path,)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert names_in(path) == ["old"]

    parts = PartedTable(SCANS, path, "f")
    assert [parts.has_part(index) for index in range(3)] == [True, True, False]
    assert parts.read_finished(1)["scan_id"].to_pylist() == ["first run 1"]
    parts.write_part(2, scans("second run"))
    parts.commit(3)
    assert names_in(path) == ["first run 0", "first run 1", "second run"]
    hidden = [name for name in left_behind(path) if name.endswith(".partial")]
    assert hidden == [], "what the killed writer left must not become part of the table"


def test_a_kill_while_a_folder_is_exchanged_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    parts = PartedTable(SCANS, path, "f")
    parts.write_part(0, scans("old"))
    parts.commit(1)
    # Where a kill between the two steps of the exchange leaves things.
    path.rename(tmp_path / ".scans.parquet.retired")
    PartedTable(SCANS, path, "g")
    assert names_in(path) == ["old"]


def test_parts_that_a_shorter_run_no_longer_has_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "scans.parquet"
    parts = PartedTable(SCANS, path, "f")
    for index in range(3):
        parts.write_part(index, scans(f"s{index}"))
    parts.commit(2)
    assert names_in(path) == ["s0", "s1"]
