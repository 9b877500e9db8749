"""Two unbroken runs, of which a killed one must leave one or the other."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import commands
from commands import Call
from stage_runs import Stage, prepare


@dataclass(frozen=True, slots=True)
class Unbroken:
    """An older run, one with another seed, and how long each stage of it took.

    Attributes:
        before: folder of the older run.
        call: what runs are forked by.
        whole: folder of the run that killed ones must come to.
        seconds: time of each stage.
        touches: how often each stage touched files.
    """

    before: Path
    whole: Path
    call: Call
    seconds: Mapping[str, float]
    touches: Mapping[str, int]


def run_unbroken(call: Call, folder: Path, stages: Mapping[str, Stage], studies: int) -> Unbroken:
    """Run stages twice in folders of their own.

    Raises:
        AssertionError: a stage fails.
    """
    before, whole = folder / "before", folder / "whole"
    seconds: dict[str, float] = {}
    touches: dict[str, int] = {}
    for seed, out in ((2, before), (0, whole)):
        prepare(out, seed, studies)
        for name, stage in stages.items():
            started = time.perf_counter()
            told = call(commands.run, stage.command, out)
            assert told.status == 0, (name, told)
            seconds[name], touches[name] = time.perf_counter() - started, told.touches
    return Unbroken(before, whole, call, seconds, touches)
