"""Two runs into one folder at once: one waits for the other and is told, and nothing is mixed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import commands
import pytest
from stage_runs import STAGES, contents, copy_run, hidden, put_back
from unbroken import Unbroken

#: What writes a single page or sample, of which the later run's is there in the end.
PAGES = ("audit sample", "overview")
#: How often two are started, at most, where the first was over before the second began.
TIMES = 4
Record = Callable[[str, int, list[str]], None]


@pytest.mark.faults
@pytest.mark.parametrize("name", STAGES)
def test_of_two_runs_one_waits(
    all_runs: Unbroken, tmp_path: Path, record_faults: Record, name: str
) -> None:
    stage, lost, folder = STAGES[name], [], tmp_path / "two"
    for _ in range(TIMES):
        shutil.rmtree(folder, ignore_errors=True)
        copy_run(all_runs.whole, folder)
        put_back(stage, all_runs.before, folder)
        both = all_runs.call(commands.run_two, stage.command, folder)
        lost += [f"{name}: {told}" for told in both if told.status]
        if name in PAGES or any("another run is writing to" in told.text for told in both):
            break
    else:
        lost.append(f"{name}: neither was told, {TIMES} times")
    for group in stage.together:
        if contents(folder, group) != contents(all_runs.whole, group):
            lost.append(f"{name}: {group} is of no one run")
    if left := hidden(folder) - hidden(all_runs.whole):
        lost.append(f"{name}: stays in the folder: {sorted(left)[:5]}")
    shutil.rmtree(folder)
    record_faults("two runs at once", 1, lost)
