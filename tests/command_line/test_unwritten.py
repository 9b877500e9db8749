"""What is told where there is no room."""

import errno
import os
from pathlib import Path

import pytest

from command_line.unwritten import tell_unwritten


def test_a_full_disk_is_told_with_the_file_the_room_and_what_is_whole(tmp_path: Path) -> None:
    place = str(tmp_path / "new" / "labels.parquet")
    told = tell_unwritten(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), place))
    assert told is not None
    assert told.startswith(f"{place}: could not be written, the disk is full (")
    assert f"MB are free in {tmp_path})" in told
    assert "was there before is whole" in told
    assert "make room, then give the same command again" in told


def test_a_file_that_nobody_names_is_told_too() -> None:
    told = tell_unwritten(OSError(errno.EDQUOT, "Disk quota exceeded"))
    assert told is not None
    assert told.startswith("a file: could not be written, your quota of the disk is used up.\n")


@pytest.mark.parametrize(
    "error", [ValueError("28"), OSError("28"), FileNotFoundError(errno.ENOENT, "No such file")]
)
def test_other_errors_are_not_of_the_disk(error: Exception) -> None:
    assert tell_unwritten(error) is None
