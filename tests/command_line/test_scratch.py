"""Nothing stays in the temporary folder, and no worker, when a program is killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: What a run leaves in the temporary folder at its worst: a pool's, and folders of libraries.
PROGRAM = """
import multiprocessing, os, sys, tempfile, time
from concurrent.futures import ProcessPoolExecutor
from command_line.scratch import scratch_folder
from command_line.workers_end import end_with

def work(number):
    with open(os.path.join(tempfile.gettempdir(), f"of-worker-{number}"), "w") as file:
        file.write("x")
    time.sleep(number and 600)

if __name__ == "__main__":
    with scratch_folder():
        context = multiprocessing.get_context(sys.argv[1])
        multiprocessing.util.get_temp_dir()
        tempfile.mkdtemp(prefix="dask-")
        with ProcessPoolExecutor(2, context, end_with, (os.getpid(),)) as pool:
            list(pool.map(work, (1, 2) if sys.argv[2] == "stay" else (0,)))
        if sys.argv[2] == "fail":
            raise KeyboardInterrupt
"""


@pytest.fixture
def temporary() -> Iterator[Path]:
    # Not pytest's own, which is too long for the addresses of sockets.
    folder = Path(tempfile.mkdtemp(prefix="t-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def start(program: Path, temporary: Path, *given: str) -> subprocess.Popen[bytes]:
    program.write_text(PROGRAM, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(program), *given],
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )


def living(temporary: Path) -> list[str]:
    """Processes whose temporary folder this is, apart from this one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(temporary).encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().decode()[:80])
        except OSError:
            continue  # it has gone, or is not ours
    return found


def await_(condition: object, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("group", [False, True])
def test_a_killed_program_leaves_no_file_and_no_worker(
    tmp_path: Path, temporary: Path, method: str, group: bool
) -> None:
    process = start(tmp_path / "program.py", temporary, method, "stay")
    await_(lambda: len(list(temporary.glob("pneumoloc-*/of-worker-*"))) == 2)
    assert list(temporary.glob("pneumoloc-*/pymp-*"))
    (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
    process.wait()
    await_(lambda: not list(temporary.iterdir()))
    await_(lambda: not living(temporary), 5)


@pytest.mark.parametrize("way", ["end", "fail"])
def test_a_program_that_ends_leaves_nothing_either(
    tmp_path: Path, temporary: Path, way: str
) -> None:
    process = start(tmp_path / "program.py", temporary, "fork", way)
    assert (process.wait() == 0) == (way == "end")
    await_(lambda: not list(temporary.iterdir()))


def test_what_a_program_and_its_watcher_have_left_goes_with_the_next(
    tmp_path: Path, temporary: Path
) -> None:
    from data_contracts.whole_files import this_process

    machine = this_process().rpartition("-")[0]
    for name in (f"pneumoloc-{machine}-99999999", "pneumoloc-00000000-99999999"):
        (temporary / name / "pymp-x").mkdir(parents=True)
    start(tmp_path / "program.py", temporary, "fork", "end").wait()
    await_(lambda: [one.name for one in temporary.iterdir()] == ["pneumoloc-00000000-99999999"])
