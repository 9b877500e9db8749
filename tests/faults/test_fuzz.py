"""No bytes break a reader: what is wrong with them is told, and nothing beside them is read."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from fuzz_seeds import TOKENS
from fuzz_targets import TARGETS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

#: Examples of each target in every run, and in the long part.
EXAMPLES, MANY_EXAMPLES = 2, 150
#: Seconds of each target where atheris is at hand.
SECONDS = 20
Record = Callable[[str, int, list[str]], None]


@st.composite
def hostile(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """A file that can be read, changed here and there."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(data)))
        change = draw(st.sampled_from(["token", "bytes", "cut", "flip", "again", "digit"]))
        if change == "token":
            data[place:place] = draw(st.sampled_from(TOKENS))
        elif change == "bytes":
            data[place:place] = draw(st.binary(max_size=12))
        elif change == "cut":
            del data[place : place + draw(st.integers(1, 60))]
        elif change == "flip" and place < len(data):
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif change == "again":
            data[place:place] = data[max(0, place - 80) : place]
        elif change == "digit":
            data[place : place + 1] = draw(st.sampled_from([b"0", b"9", b"-", b".", b"e"]))
    return bytes(data)


def try_target(name: str, tmp_path: Path, examples: int) -> int:
    """Give a target that many files; gives how many."""
    target, seeds = TARGETS[name]
    (tmp_path / "secret").mkdir(exist_ok=True)
    (tmp_path / "secret" / "s.png").write_bytes(b"x")
    work, count = tmp_path / "work", [0]

    @settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(hostile(seeds()))
    def once(data: bytes) -> None:
        count[0] += 1
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        target(data, work)

    once()
    return count[0]


def test_no_bytes_break_a_reader(tmp_path: Path, record_faults: Record) -> None:
    for name in TARGETS:
        record_faults("hostile files", try_target(name, tmp_path, EXAMPLES), [])


@pytest.mark.faults
@pytest.mark.parametrize("name", TARGETS)
def test_no_bytes_break_a_reader_however_many(
    tmp_path: Path, record_faults: Record, name: str
) -> None:
    record_faults(f"hostile {name}", try_target(name, tmp_path, MANY_EXAMPLES), [])


@pytest.mark.faults
@pytest.mark.parametrize("name", TARGETS)
def test_no_path_through_a_reader_breaks_it(record_faults: Record, name: str) -> None:
    if find_spec("atheris") is None:
        pytest.skip("atheris is not installed; uv run --with atheris pytest -m faults")
    script = Path(__file__).with_name("fuzz.py")
    done = subprocess.run(
        [sys.executable, str(script), name, "--seconds", str(SECONDS)],
        capture_output=True,
        text=True,
        check=False,
    )
    lost = [done.stderr[-3000:]] if done.returncode else []
    record_faults("targets fuzzed by coverage", 1, lost)
