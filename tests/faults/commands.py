"""Commands run in processes that have all libraries ready, and may be killed at any moment."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final, Literal

ROOT: Final = Path(__file__).parents[2]
SPAWN: Final = multiprocessing.get_context("spawn")
FORK: Final = multiprocessing.get_context("fork")
#: What the interpreter tells of before it does it.
TOUCHES: Final = ("open", "os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir")
#: Calls a function in a process that has all libraries ready, and forks runs from there.
Call = Callable[..., Any]
Whom = Literal["process", "group"]


@dataclass(frozen=True, slots=True)
class Told:
    """How a command ended, and what it said.

    Attributes:
        status: exit status; negative, the signal that ended it.
        text: standard output and error.
        broke: the exception that reached the user as a traceback.
        touches: how often it touched files of its folder.
    """

    status: int
    text: str = ""
    broke: str | None = None
    touches: int = 0


@contextmanager
def ready_process(*modules: str) -> Iterator[Call]:
    """A process that has loaded some modules, from which runs can be forked that need them.

    It runs no threads, and a run that is forked from it costs its own time alone.
    """
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=_serve, args=(there, modules))
    process.start()
    there.close()

    def call(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        here.send((function, given, named))
        answer = here.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer

    try:
        yield call
    finally:
        here.close()
        process.join()


def _serve(asked: Connection, modules: tuple[str, ...]) -> None:
    for module in modules:
        import_module(module)
    while True:
        try:
            function, given, named = asked.recv()
        except EOFError:
            gc.unfreeze()  # what is frozen is never taken apart, and libraries tell of that
            return
        try:
            answer = function(*given, **named)
        except (AssertionError, OSError) as error:
            answer = error
        asked.send(answer)


def run(command: Sequence[str], folder: Path, **given: Any) -> Told:
    """Run a command in a folder, to its end or to its death; in a `ready_process`.

    Args:
        command: `pipeline` or `model`, and what follows.
        folder: the working directory.
        given: `touch` or `seconds`, at or after which it is killed, and `whom` that is done to.
    """
    return wait(*start(command, folder, **given))


def start(
    command: Sequence[str],
    folder: Path,
    *,
    touch: int | None = None,
    seconds: float | None = None,
    whom: Whom = "process",
    name: str = "told",
) -> tuple[BaseProcess, Path, float | None, Whom]:
    """Start a command; see `run`."""
    out = temporary_of(folder).with_suffix(f".{name}")
    out.unlink(missing_ok=True)
    process = FORK.Process(target=_live, args=(tuple(command), folder, out, touch, whom))
    process.start()
    return process, out, seconds, whom


def wait(
    process: BaseProcess, out: Path, seconds: float | None = None, whom: Whom = "process"
) -> Told:
    """What a command that was started has told, once it has ended."""
    process.join(seconds)
    if process.is_alive():
        kill(process.pid or 0, whom)
        process.join()
    await_end_of(process.pid or 0)
    status = process.exitcode or 0
    if status:
        return Told(status)
    code, touches, broke, text = out.read_text(encoding="utf-8").split("\n", maxsplit=3)
    return Told(int(code), text, broke or None, int(touches))


def run_two(command: Sequence[str], folder: Path) -> tuple[Told, Told]:
    """Run a command twice in one folder at the same time; in a `ready_process`."""
    first, second = start(command, folder), start(command, folder, name="second")
    return wait(*first), wait(*second)


def run_while(command: Sequence[str], folder: Path, seconds: float, path: Path, text: str) -> Told:
    """Run a command, and some seconds behind its start write to a file; in a `ready_process`."""
    started = start(command, folder)
    time.sleep(seconds)
    path.write_text(text, encoding="utf-8")
    return wait(*started)


def run_alone(command: Sequence[str], folder: Path, seconds: float, whom: Whom) -> int:
    """Run a command as a shell does, and kill it after some seconds; gives its status."""
    temporary = temporary_of(folder)
    temporary.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        kill(process.pid, whom)
        process.wait()
    await_end_of(process.pid)
    return process.returncode


def kill(number: int, whom: Whom) -> None:
    """Kill a process, or all of its group."""
    with suppress(ProcessLookupError):
        (os.killpg if whom == "group" else os.kill)(number, signal.SIGKILL)


def temporary_of(folder: Path) -> Path:
    """The temporary folder that a run in a folder has; short, for the addresses of sockets."""
    return Path("/tmp", f"t-{zlib.crc32(str(folder).encode()):08x}")


def left_over(folder: Path, patience: float = 30) -> list[str]:
    """What a run has left in its temporary folder, once it had time to take it away."""
    until = time.monotonic() + patience
    while (left := list(temporary_of(folder).glob("*"))) and time.monotonic() < until:
        time.sleep(0.02)
    return [path.name for path in left]


def await_end_of(session: int, patience: float = 30) -> None:
    """Wait until no process is left of those that a process has started.

    Raises:
        AssertionError: some live on.
    """
    until = time.monotonic() + patience
    while left := _of_session(session):
        assert time.monotonic() < until, f"{left} outlive the run that started them"
        time.sleep(0.02)


def _of_session(session: int) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            name, _, rest = (process / "stat").read_text(encoding="utf-8").rpartition(")")
            state, _, _, of = rest.split()[:4]
            if int(of) == session and state != "Z":
                found.append(name)
    return found


def _live(command: tuple[str, ...], folder: Path, out: Path, touch: int | None, whom: Whom) -> None:
    os.setsid()
    os.chdir(folder)
    temporary = temporary_of_parent(out)
    temporary.mkdir(exist_ok=True)
    os.environ["TMPDIR"], tempfile.tempdir = str(temporary), None
    os.environ.pop("FORCE_COLOR", None)
    count, here = [0], str(folder)

    def look(event: str, given: tuple[Any, ...]) -> None:
        if event in TOUCHES and (path := str(given[0])).startswith(here) >= path.startswith("/"):
            count[0] += 1
            if touch is not None and count[0] > touch:
                kill(os.getpid(), whom)

    sys.addaudithook(look)
    from typer.testing import CliRunner

    from command_line.scratch import scratch_folder

    package, *rest = command
    if package == "pipeline":
        from pipeline.cli import app
    else:
        from model.cli import app
    with scratch_folder():
        done = CliRunner().invoke(app, rest, prog_name=f"python -m {package}")
    broke = "" if isinstance(done.exception, SystemExit | None) else repr(done.exception)
    line = " ".join(broke.split())
    out.write_text(f"{done.exit_code}\n{count[0]}\n{line}\n{done.output}", encoding="utf-8")


def temporary_of_parent(out: Path) -> Path:
    """The temporary folder beside which a run tells how it ended."""
    return out.with_suffix("")
