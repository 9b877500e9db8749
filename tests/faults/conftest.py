"""Unbroken runs to hold broken ones against; and what was tried, survived and lost, printed."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from commands import ready_process
from stage_runs import STAGES
from unbroken import Unbroken, run_unbroken

_FAULTS = "faults"
#: Stages that the short part kills: those that write several tables.
_SHORT = ("phantom", "ingest", "extract", "label", "labels")


@pytest.fixture(scope="session")
def text_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unbroken]:
    """Two runs of a few text stages."""
    stages = {name: STAGES[name] for name in _SHORT}
    with ready_process("loaded_stages") as call:
        yield run_unbroken(call, tmp_path_factory.mktemp("runs"), stages, studies=16)


@pytest.fixture(scope="session")
def all_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Unbroken]:
    """Two runs of all stages."""
    with ready_process("loaded_stages", "loaded_networks") as call:
        yield run_unbroken(call, tmp_path_factory.mktemp("runs"), STAGES, studies=80)


@pytest.fixture
def record_faults(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Put on record how often something was tried and what was lost; a loss fails the test."""

    def record(kind: str, tried: int, lost: list[str]) -> None:
        losers = len({one.split(":")[0] for one in lost})
        record_property(_FAULTS, [kind, tried, losers])
        assert not lost, "\n".join(lost)

    return record


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the table."""
    tried: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties if report.when == "call" else ():
                if name == _FAULTS:
                    kind, times, losers = value
                    tried[kind] += times
                    lost[kind] += losers
    if not tried:
        return
    terminalreporter.section("faults")
    for kind, times in [*tried.items(), ("all", tried.total())]:
        losers = lost[kind] if kind in tried else lost.total()
        terminalreporter.write_line(
            f"{kind:40} tried {times:4}  survived {times - losers:4}  lost {losers:3}"
        )
