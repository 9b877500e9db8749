"""Tables of one folder are those of one run, whenever the run that writes them is killed."""

import multiprocessing
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from data_contracts.contract import Column, Contract
from data_contracts.errors import ContractError
from data_contracts.storage import PartedTable, is_current, read_table, write_table
from data_contracts.together import place_together, settle, waiting

KilledAt = Callable[[int, Callable[[], None]], bool]
SCANS = Contract("scans", 1, "a scan", (Column("scan_id", pa.string(), "The scan."),), ("scan_id",))
PARTED, FILE, OTHER = "parted.parquet", "file.parquet", "other.parquet"


def write(folder: Path, run: str) -> None:
    """A folder of parts, a file, and what is now the one and now the other."""
    scans = pa.table({"scan_id": [run]})
    parted = {PARTED} | ({OTHER} if run == "new" else set())
    for name in (PARTED, FILE, OTHER):
        if name in parted:
            table = PartedTable(SCANS, folder / name, run)
            table.write_part(0, scans)
            table.finish(1)
        else:
            write_table(SCANS, scans, waiting(folder / name))
    place_together([folder / name for name in (PARTED, FILE, OTHER)])


def runs_in(folder: Path) -> set[str]:
    names = (FILE, OTHER, PARTED)
    return {read_table(SCANS, folder / name)["scan_id"][0].as_py() for name in names}


def look(folder: Path) -> None:
    runs_in(folder)


def test_a_kill_at_any_moment_leaves_readers_the_tables_of_one_run(
    tmp_path: Path, killed_at: KilledAt
) -> None:
    seen: list[set[str]] = []
    for number in range(200):
        folder = tmp_path / str(number)
        write(folder, "old")
        killed = killed_at(number, partial(write, folder, "new"))
        if number % 2:  # a writer is the first to look, and not a reader
            assert not is_current(folder / PARTED, "newer", 1)
        seen.append(runs_in(folder))
        assert len(seen[-1]) == 1, number
        write(folder, "newer")
        assert runs_in(folder) == {"newer"}
        assert sorted(path.name for path in folder.iterdir()) == [FILE, OTHER, PARTED]
        if not killed:
            break
    assert number > 15
    assert {"old"} in seen
    assert {"new"} in seen


@pytest.fixture
def half_placed(tmp_path: Path, killed_at: KilledAt) -> Path:
    """A folder whose run was killed as it put its tables in place."""
    folder = tmp_path / "half"
    write(folder, "old")
    moments = iter(range(200))
    while not (folder / ".placing.json").exists():
        killed_at(next(moments), partial(write, folder, "new"))
    return folder


def test_a_reader_who_is_killed_as_it_ends_what_was_begun_leaves_it_to_the_next(
    tmp_path: Path, half_placed: Path, killed_at: KilledAt
) -> None:
    for number in range(200):
        folder = tmp_path / str(number)
        shutil.copytree(half_placed, folder)
        killed = killed_at(number, partial(look, folder))
        assert runs_in(folder) == {"new"}
        if not killed:
            break
    assert number > 5


def test_who_may_not_write_is_told_what_to_do(
    half_placed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", refused)
        with pytest.raises(ContractError, match="was killed as it put its tables in place"):
            runs_in(half_placed)
    assert runs_in(half_placed) == {"new"}


@pytest.mark.parametrize(
    "said",
    [
        '["../other/scans"]',
        '["/other/scans"]',
        '[".scans"]',
        '[""]',
        "[1]",
        "5",
        "{bad",
        "[" * 9_000,
    ],
)
def test_a_record_that_names_what_lies_elsewhere_moves_and_removes_nothing(
    tmp_path: Path, said: str
) -> None:
    """It may have come with a folder that somebody else made."""
    other = tmp_path / "other"
    (other / ".scans.retired").mkdir(parents=True)
    (other / ".scans.partial").write_text("new")
    (other / "scans").write_text("old")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / ".placing.json").write_text(said)
    with pytest.raises(ContractError, match=r"\.placing\.json: should name tables .*; remove it"):
        settle(folder)
    assert (other / "scans").read_text() == "old"
    assert (other / ".scans.retired").is_dir()


@pytest.mark.parametrize("kind", ["link", "loop", "pipe", "folder"])
def test_a_record_that_is_no_plain_file_is_told(tmp_path: Path, kind: str) -> None:
    record = tmp_path / ".placing.json"
    match kind:
        case "link":
            (tmp_path / "names").write_text('["scans"]')
            record.symlink_to("names")
        case "loop":
            record.symlink_to(record.name)
        case "pipe":
            os.mkfifo(record)
        case _:
            record.mkdir()
    with pytest.raises(ContractError, match="remove it"):
        settle(tmp_path)


def test_a_link_in_a_tables_place_is_replaced_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("mine")
    place = tmp_path / "data" / "scans.parquet"
    place.parent.mkdir()
    for target in (elsewhere, tmp_path / "nowhere"):
        place.symlink_to(target)
        table = PartedTable(SCANS, place, "one run")
        table.write_part(0, pa.table({"scan_id": ["a"]}))
        table.finish(1)
        place_together([place])
        assert read_table(SCANS, place).num_rows == 1
        assert not place.is_symlink()
        assert (elsewhere / "kept").read_text() == "mine"
        shutil.rmtree(place)


def settle_often(folder: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        settle(folder)


def test_readers_meet_no_error_while_tables_are_put_in_place(tmp_path: Path) -> None:
    """A record may go at any moment between a reader's looks at it."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as readers:
        reading = readers.submit(settle_often, tmp_path, 2.0)
        while not reading.done():
            waiting(tmp_path / FILE).write_bytes(b"a table")
            place_together([tmp_path / FILE])
        reading.result()
    assert (tmp_path / FILE).read_bytes() == b"a table"
