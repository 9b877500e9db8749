"""Two runs that write to one folder do it one after the other."""

import multiprocessing
import os
import shutil
import signal
import sys
import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from data_contracts.locking import one_run, one_run_in

FORK = multiprocessing.get_context("fork")


def hold(folder: Path, started: Event, end: Event) -> None:
    with one_run_in(folder):
        started.set()
        end.wait(60)


def write_line(folder: Path, started: Event, told: Path) -> None:
    sys.stderr = told.open("w", encoding="utf-8")
    started.set()
    with one_run_in(folder):
        (folder / "line.txt").write_text("written", encoding="utf-8")


def await_told(told: Path) -> str:
    for _ in range(600):
        if told.exists() and (text := told.read_text(encoding="utf-8")):
            return text
        time.sleep(0.05)
    raise AssertionError("it was told nothing")


@pytest.mark.parametrize("way", ["ends", "is killed", "has put another folder in the place"])
def test_the_second_waits_and_is_told(tmp_path: Path, way: str) -> None:
    folder, told = tmp_path / "tables", tmp_path / "told.txt"
    started, end, second = FORK.Event(), FORK.Event(), FORK.Event()
    first = FORK.Process(target=hold, args=(folder, started, end))
    first.start()
    assert started.wait(60)
    waiting = FORK.Process(target=write_line, args=(folder, second, told))
    waiting.start()
    assert f"another run is writing to {folder}; waiting until it ends" in await_told(told)
    assert not (folder / "line.txt").exists()
    if way == "is killed":
        assert first.pid is not None
        os.kill(first.pid, signal.SIGKILL)
    elif way == "has put another folder in the place":
        folder.rename(tmp_path / "older")
        folder.mkdir()
        end.set()
    else:
        end.set()
    waiting.join(60)
    assert waiting.exitcode == 0
    assert (folder / "line.txt").exists()
    first.join()


def test_a_run_may_have_stages_that_write_where_it_does(tmp_path: Path) -> None:
    @one_run
    def stage(*, out: Path) -> None:
        (out / "table.txt").write_text("rows", encoding="utf-8")

    out = tmp_path / "tables"
    with one_run_in(out):
        stage(out=out)
        shutil.rmtree(out)
        stage(out=out)  # as a stage does that has put another folder in the place
    assert [path.name for path in out.iterdir()] == ["table.txt"]


def test_a_run_that_wrote_nothing_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such source"), one_run_in(tmp_path / "tables"):
        raise ValueError("no such source")
    assert not list(tmp_path.iterdir())


def test_processes_that_train_together_do_not_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, end = FORK.Event(), FORK.Event()
    first = FORK.Process(target=hold, args=(tmp_path, started, end))
    first.start()
    assert started.wait(60)
    monkeypatch.setenv("RANK", "1")
    with one_run_in(tmp_path):
        end.set()
    first.join()
