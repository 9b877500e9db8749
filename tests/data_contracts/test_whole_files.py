"""A file is there whole, or as it was; what a killed process has left of it goes."""

import errno
import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from data_contracts.whole_files import naming, this_process, whole_file

FORK = multiprocessing.get_context("fork")


def write_and_die(path: Path) -> None:
    with whole_file(path) as partial:
        partial.write_text("half", encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)


def test_an_error_leaves_the_older_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.json"
    with whole_file(path) as partial:
        partial.write_text("old", encoding="utf-8")
    with pytest.raises(TypeError), whole_file(path) as partial:
        partial.write_text(b"new")  # type: ignore[arg-type]
    assert path.read_text(encoding="utf-8") == "old"
    assert list(path.parent.iterdir()) == [path]


def test_what_a_killed_process_has_left_goes_and_what_others_are_writing_stays(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.json"
    process = FORK.Process(target=write_and_die, args=(path,))
    process.start()
    process.join()
    (left,) = tmp_path.iterdir()
    others = [
        tmp_path / f".a.json.{this_process()}.partial.partial",
        tmp_path / ".a.json.00000000-99999999.partial",  # of another machine
        tmp_path / f".a.json.{this_process().rpartition('-')[0]}-{os.getppid()}.partial",
        tmp_path / f".b.json.{left.name.split('.')[3]}.partial",
    ]
    for other in others:
        other.touch()
    with whole_file(path) as partial:
        partial.write_text("whole", encoding="utf-8")
    assert set(tmp_path.iterdir()) == {path, *others}


def test_an_error_of_the_system_says_which_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as told, naming(tmp_path / "a"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert (told.value.errno, told.value.filename) == (errno.ENOSPC, str(tmp_path / "a"))
    with pytest.raises(FileNotFoundError) as told, naming(tmp_path / "a"):
        (tmp_path / "b").read_bytes()
    assert told.value.filename == str(tmp_path / "b")


def test_a_device_or_a_pipe_keeps_its_place(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(FileExistsError, match="device, pipe or socket"), whole_file(pipe) as new:
        new.write_text("counts")
    assert pipe.is_fifo()
    assert [entry.name for entry in tmp_path.iterdir()] == ["pipe"]
