"""What a stage cost: the time from its process's start, and how much of the cores it left idle."""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from command_line.json_files import write_json

# Where the system does not tell when a process started, it is when this was first imported.
_IMPORTED: Final = time.time()
_STAT: Final = Path("/proc/self/stat")
#: Stages are of one run where no more than this lies between one's end and the next one's start.
_GAP_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Spent:
    """What a stage cost its process.

    Attributes:
        stage: the stage.
        ended: when this was measured, in seconds since 1970.
        seconds: since the process started, or since the stage before it in the same process ended.
        starting: of these, those before the stage began: Python, imports, settings.
        cores: how many cores it may run on.
        busy: how many cores it and its workers kept busy on average.
        used: seconds of all cores that the process and its workers have used since it started.
    """

    stage: str
    ended: float
    seconds: float
    starting: float
    cores: int
    busy: float
    used: float

    @property
    def idle(self) -> float:
        """Cores that had nothing to do, on average."""
        return max(self.cores - self.busy, 0.0)

    @property
    def started(self) -> float:
        """When the process started on it, in seconds since 1970."""
        return self.ended - self.seconds


def measure_spent(stage: str, seconds: float, before: Spent | None = None) -> Spent:
    """What a stage has cost this process.

    Args:
        stage: the stage that it ran.
        seconds: that the stage itself took.
        before: what the stage before it cost, where one process runs several.
    """
    ended = time.time()
    started, used_before = (before.ended, before.used) if before else (_process_started(), 0.0)
    whole = max(ended - started, seconds)
    times = os.times()
    used = sum((times.user, times.system, times.children_user, times.children_system))
    return Spent(stage, ended, whole, whole - seconds, _cores(), (used - used_before) / whole, used)


def write_spent(spent: Spent, folder: Path) -> None:
    """Keep what a stage cost in `folder`, for the table at the end of a run."""
    write_json(asdict(spent), folder / f"{spent.stage}.json")


def read_run(folder: Path) -> list[Spent]:
    """The stages of the latest run, in the order they ran in; earlier runs are left out."""
    kept = []
    for path in folder.glob("*.json"):
        try:
            kept.append(Spent(**json.loads(path.read_text(encoding="utf-8"))))
        except (ValueError, TypeError):
            continue  # of another release: a figure less, and no reason to fail
    return _latest(sorted(kept, key=lambda spent: spent.ended))


def _latest(in_order: Sequence[Spent]) -> list[Spent]:
    run: list[Spent] = []
    for spent in reversed(in_order):
        if run and run[-1].started - spent.ended > _GAP_SECONDS:
            break
        run.append(spent)
    return run[::-1]


def _process_started() -> float:
    """When this process started, in seconds since 1970."""
    try:
        # Behind the command's name, which may hold blanks, the start is the twentieth field.
        ticks = int(_STAT.read_text(encoding="utf-8").rpartition(")")[2].split()[19])
        since_boot = time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.time() - since_boot + ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError):
        return _IMPORTED


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
