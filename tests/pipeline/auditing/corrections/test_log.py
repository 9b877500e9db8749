"""Decisions on disk: appended by several at once, whole after a kill."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_contracts.errors import ContractError
from pipeline.auditing.corrections.log import append_decisions, corrections_file, read_log
from pipeline.labelling.decision import Decision

DONE = Decision(
    correction_id="0",
    time=datetime(2026, 11, 1, tzinfo=UTC),
    reviewer="ada",
    action="done",
    report_id="r1",
    report_digest="d",
    lexicon="l",
)


def _append_many(folder: Path, reviewer: str) -> None:
    for i in range(10):
        append_decisions(
            folder, [replace(DONE, correction_id=f"{reviewer} {i}", reviewer=reviewer)]
        )


def test_nothing_is_there_before_the_first_decision(tmp_path: Path) -> None:
    assert read_log(tmp_path / "none") == []


def test_two_reviewers_at_once_lose_nothing(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_append_many, args=(tmp_path, who)) for who in ("ada", "bo")]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    told = [decision.correction_id for decision in read_log(tmp_path)]
    for who in ("ada", "bo"):
        assert [one for one in told if one.startswith(who)] == [f"{who} {i}" for i in range(10)]


def test_a_killed_reviewer_leaves_a_whole_table(tmp_path: Path) -> None:
    endless = (
        "from pathlib import Path; from dataclasses import replace; import sys, itertools\n"
        "from datetime import UTC, datetime\n"
        "from pipeline.labelling.decision import Decision\n"
        "from pipeline.auditing.corrections.log import append_decisions\n"
        "done = Decision(correction_id='', time=datetime.now(UTC), reviewer='ada', action='done',"
        " report_id='r', report_digest='d', lexicon='l')\n"
        "for i in itertools.count():\n"
        "    append_decisions(Path(sys.argv[1]), [replace(done, correction_id=str(i))])\n"
        "    print(i, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", endless, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process, process.stdout as told:
        for _ in range(5):
            last = int(told.readline())
        time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        last = max([last, *(int(line) for line in told.read().split())])
    kept = [int(decision.correction_id) for decision in read_log(tmp_path)]
    assert kept[: last + 1] == list(range(last + 1))
    append_decisions(tmp_path, [replace(DONE, correction_id="after")])
    assert read_log(tmp_path)[-1].correction_id == "after"


def test_a_decision_that_breaks_the_contract_leaves_the_table_as_it_was(tmp_path: Path) -> None:
    append_decisions(tmp_path, [DONE])
    before = corrections_file(tmp_path).read_bytes()
    with pytest.raises(ContractError, match="repeats its key"):
        append_decisions(tmp_path, [DONE])
    with pytest.raises(ContractError, match="column 'action'"):
        append_decisions(tmp_path, [replace(DONE, correction_id="1", action="guess")])  # type: ignore[arg-type]
    assert corrections_file(tmp_path).read_bytes() == before
