"""A stage that is killed, whenever that is, loses nothing: readers find the tables of one run, and
the same command then ends as if it had never been killed."""

import random
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import commands
import pytest
from commands import Whom
from reading import read_all
from stage_runs import (
    STAGES,
    WITH_WORKERS,
    Stage,
    contents,
    copy_run,
    hidden,
    put_back,
)
from unbroken import Unbroken

#: Kills of each stage in the long part, of which there are to be two hundred at least.
KILLS, KILLS_FROM_SHELL = 12, 4
Record = Callable[[str, int, list[str]], None]


def what_was_lost(
    stage: Stage, runs: Unbroken, folder: Path, kill: Callable[[], object]
) -> list[str]:
    """What a killed run lost, by readers and by a second run."""
    copy_run(runs.whole, folder)
    put_back(stage, runs.before, folder)
    kill()
    lost = []
    for group in stage.together:
        try:
            read_all(folder, group)
        except Exception as error:  # noqa: BLE001 - each is a loss, whatever it is
            lost.append(f"cannot be read: {error!r}")
        now = contents(folder, group)
        if now not in (contents(runs.before, group), contents(runs.whole, group)):
            lost.append(f"{group} of no one run")
    again = runs.call(commands.run, stage.command, folder)
    if again.status:
        lost.append(f"cannot be run again: {again}")
    for group in stage.together:
        now, whole = contents(folder, group), contents(runs.whole, group)
        other = sorted(name for name in now | whole if now.get(name) != whole.get(name))
        if other:
            lost.append(f"another end: {other[:5]}")
    if left := hidden(folder) - hidden(runs.whole):
        lost.append(f"stays in the folder: {sorted(left)[:5]}")
    if stays := commands.left_over(folder):
        lost.append(f"stays in the temporary folder: {stays}")
    shutil.rmtree(folder)
    return lost


def _words(moment: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in moment.items())


def kill_often(
    name: str, runs: Unbroken, place: Path, times: int, seed: int
) -> tuple[int, list[str]]:
    """Kill a stage at moments of chance, each second time by the clock; gives what was lost."""
    stage, draw, lost = STAGES[name], random.Random(f"{name} {seed}"), []
    for number in range(times):
        whom: Whom = draw.choice(("process", "group"))
        moment: dict[str, Any] = {"touch": draw.randrange(runs.touches[name])}
        if number % 2:
            moment = {"seconds": draw.uniform(0, runs.seconds[name])}
        folder = place / f"k{number}"
        kill = partial(runs.call, commands.run, stage.command, folder, whom=whom, **moment)
        lost += [f"{name}, {_words(moment)}, {whom}: {one}" for one in
                 what_was_lost(stage, runs, folder, kill)]  # fmt: skip
    return times, lost


def test_stages_that_write_several_tables_survive_a_kill(
    text_runs: Unbroken, tmp_path: Path, record_faults: Record
) -> None:
    for name in text_runs.seconds:
        tried, lost = kill_often(name, text_runs, tmp_path, 1, seed=random.randrange(10**6))
        record_faults("kills of stages", tried, lost)


@pytest.mark.faults
@pytest.mark.parametrize("name", STAGES)
def test_every_stage_survives_kills(
    all_runs: Unbroken, tmp_path: Path, record_faults: Record, name: str
) -> None:
    tried, lost = kill_often(name, all_runs, tmp_path, KILLS, seed=19)
    record_faults(f"kills of {name}", tried, lost)


@pytest.mark.faults
@pytest.mark.parametrize("name", WITH_WORKERS)
def test_runs_with_workers_survive_kills_and_leave_none_behind(
    all_runs: Unbroken, tmp_path: Path, record_faults: Record, name: str
) -> None:
    stage, draw = WITH_WORKERS[name], random.Random(name)
    plain = next(one for one in STAGES if name.startswith(one))
    most = all_runs.seconds[plain] + 12  # it imports what it needs
    lost = []
    for number in range(KILLS_FROM_SHELL):
        whom: Whom = "group" if number % 2 else "process"
        seconds, folder = draw.uniform(3, most), tmp_path / f"w{number}"
        kill = partial(commands.run_alone, stage.command, folder, seconds, whom)
        lost += [f"{name}, {seconds:.1f} s, {whom}: {one}" for one in
                 what_was_lost(STAGES[plain], all_runs, folder, kill)]  # fmt: skip
    record_faults(f"kills of {name}", KILLS_FROM_SHELL, lost)
