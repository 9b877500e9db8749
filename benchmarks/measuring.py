"""Wall time and peak memory of a block, worker processes included."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import psutil

# Asking the system holds up the process that is asked about.
_SAMPLE_SECONDS: Final = 0.5


@dataclass(slots=True)
class Measured:
    """What a block took.

    Attributes:
        seconds: wall time.
        peak_bytes: largest memory of this process and its children, summed, as sampled. Where the
            system tells (Linux), pages that several share count once; elsewhere once for each.
        reports: how many reports were read in it.
    """

    seconds: float = 0.0
    peak_bytes: int = 0
    reports: int = 0

    @property
    def speed(self) -> float:
        """Reports per second."""
        return self.reports / self.seconds

    def over(self, reports: int) -> "Measured":
        """The same for a known number of reports."""
        return replace(self, reports=reports)

    def __add__(self, other: "Measured") -> "Measured":
        """One block and then the other."""
        peak = max(self.peak_bytes, other.peak_bytes)
        return Measured(self.seconds + other.seconds, peak)

    def as_dict(self) -> dict[str, float | int]:
        """All figures, to be written."""
        return {
            "reports": self.reports,
            "seconds": round(self.seconds, 2),
            "reports_per_second": round(self.speed, 1),
            "peak_bytes": self.peak_bytes,
        }


@contextmanager
def measure() -> Iterator[Measured]:
    """Measure the block; the figures are there when it ends."""
    measured = Measured()
    done = threading.Event()

    def sample() -> None:
        while not done.wait(_SAMPLE_SECONDS):
            measured.peak_bytes = max(measured.peak_bytes, _resident())

    sampler = threading.Thread(target=sample)
    sampler.start()
    started = time.perf_counter()
    try:
        yield measured
    finally:
        measured.seconds = time.perf_counter() - started
        done.set()
        sampler.join()
        measured.peak_bytes = max(measured.peak_bytes, _resident())


def _resident() -> int:
    process = psutil.Process()
    total = 0
    for each in (process, *process.children(recursive=True)):
        try:
            memory = each.memory_full_info()
        except psutil.NoSuchProcess:
            continue
        total += int(getattr(memory, "pss", memory.rss))
    return total
