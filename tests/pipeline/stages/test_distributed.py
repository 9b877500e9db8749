"""Extraction on a Dask cluster whose processes share nothing but the folder of the tables.

Scheduler and workers are started by their commands, each in a working folder and a temporary folder
of its own, with a clean environment.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data_contracts.storage import PartedTable, part_paths
from data_contracts.tables import FINDINGS, MENTIONS, REPORTS
from pipeline.extraction.running import part
from pipeline.extraction.running.workers import WorkersError, open_workers
from pipeline.settings import SHIPPED_LEXICON, NlpSettings
from pipeline.stages.extract import extract

ROOT = Path(__file__).parents[3]
SETTINGS = NlpSettings(workers=1)
PARTS = 24
#: A Python that finds the libraries and not this project, whatever is installed for development.
_LIBRARIES = str(Path(pa.__file__).parents[1])
_MAIN = f"import sys; sys.path.append({_LIBRARIES!r}); from dask.__main__ import main; main()"
_WITHOUT_US = ("-S", "-c", _MAIN)


class Cluster:
    """Processes of a Dask cluster, each with folders of its own below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = ""
        self._file = folder / "scheduler.json"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start_scheduler(self) -> None:
        """Start the scheduler, at the place of an earlier one."""
        port = self.address.rpartition(":")[2] or "0"
        self._file.unlink(missing_ok=True)
        own = ("--host", "127.0.0.1", "--port", port, "--scheduler-file", str(self._file))
        self._start("scheduler", ("-m", "dask", "scheduler", *own, "--no-dashboard"))
        wait_until(lambda: self._file.exists() and self._file.read_text("utf-8").endswith("}"))
        self.address = json.loads(self._file.read_text("utf-8"))["address"]

    def start_worker(
        self,
        name: str,
        *more: str,
        python: tuple[str, ...] = ("-m", "dask"),
        paths: tuple[Path, ...] = (ROOT,),
        under: tuple[str, ...] = (),
    ) -> None:
        """Start a worker of one thread; see that it is there by `await_workers`."""
        own = ("--name", name, "--nthreads", "1", "--no-dashboard", *(more or ("--no-nanny",)))
        self._start(name, (*python, "worker", self.address, *own), paths, under)

    def await_workers(self, count: int) -> None:
        """Wait until the scheduler knows as many workers."""
        from distributed import Client

        with Client(self.address, timeout=30) as client:
            wait_until(lambda: len(client.scheduler_info(n_workers=-1)["workers"]) == count)

    def kill(self, name: str) -> None:
        """Kill a process, with those that it has started."""
        process = self._processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        """Kill all of them."""
        for name in list(self._processes):
            self.kill(name)

    def _start(
        self,
        name: str,
        command: tuple[str, ...],
        paths: tuple[Path, ...] = (ROOT,),
        under: tuple[str, ...] = (),
    ) -> None:
        home = self.folder / name
        (home / "temporary").mkdir(parents=True, exist_ok=True)
        kept = {key: value for key, value in os.environ.items() if key.startswith("OPENBLAS_")}
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "TMPDIR": str(home / "temporary"),
            "PYTHONPATH": ":".join(map(str, paths)),
        }
        with (home / "log.txt").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [*under, sys.executable, *command],
                cwd=home,
                env=kept | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def write_reports(path: Path, parts: int, rows: int) -> Path:
    """A reports table whose sentences hardly repeat."""
    dice, table = random.Random(11), PartedTable(REPORTS, path, "test")
    for index in range(parts):
        lines: list[dict[str, Any]] = []
        for row in range(rows):
            finding = dice.choice(("opacity", "consolidation", "atelectasis"))
            place = dice.choice(("left lower lobe", "right base", "lingula"))
            text = f"Patchy {finding} of {dice.randrange(2, 900)} mm in the {place}. No effusion."
            span = {"name": "findings", "start": 0, "end": len(text)}
            lines.append({"report_id": f"s{index}-{row}", "source": "csv", "text": text,
                          "findings": text, "sections": [span]})  # fmt: skip
        table.write_part(index, pa.Table.from_pylist(lines, schema=REPORTS.schema()))
    table.commit(parts)
    return path


def bytes_of(out: Path) -> dict[str, bytes]:
    return {
        f"{contract.name}/{file.name}": file.read_bytes()
        for contract in (MENTIONS, FINDINGS)
        for file in part_paths(contract, out / f"{contract.name}.parquet")
    }


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    started = Cluster(tmp_path / "cluster")
    started.start_scheduler()
    try:
        yield started
    finally:
        started.end()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reports(tmp_path_factory.mktemp("source") / "reports.parquet", PARTS, 400)


@pytest.fixture(scope="module")
def single(reports: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What one process makes of the reports."""
    out = tmp_path_factory.mktemp("single")
    extract(settings=SETTINGS, reports=reports, out=out)
    return bytes_of(out)


def other_release(folder: Path, library: str) -> Path:
    """A folder in which a library seems to be installed in another release."""
    place = folder / f"{library}-0.0.7.dist-info"
    place.mkdir(parents=True)
    (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {library}\nVersion: 0.0.7\n")
    return folder


def test_workers_that_are_alike_give_what_one_process_gives(
    cluster: Cluster, tmp_path: Path
) -> None:
    out = tmp_path / "data"
    reports = write_reports(out / "reports.parquet", 6, 20)
    cluster.start_worker("alike")
    cluster.start_worker("odd", paths=(other_release(tmp_path / "odd", "spacy"), ROOT))
    extract(settings=SETTINGS, reports=reports, out=tmp_path / "alone")
    cluster.await_workers(2)

    with pytest.raises(WorkersError, match=r"worker 'odd' at tcp://.*: spacy 0\.0\.7 in place of"):
        extract(settings=SETTINGS, reports=reports, out=out, scheduler=cluster.address)
    assert [path.name for path in out.iterdir()] == ["reports.parquet"]

    cluster.kill("odd")
    cluster.await_workers(1)
    extract(settings=SETTINGS, reports=reports, out=out, scheduler=cluster.address)
    assert bytes_of(out) == bytes_of(tmp_path / "alone")
    with open_workers(1, cluster.address) as workers:
        (loaded,) = workers.everywhere(part._open.cache_info)
    assert (loaded.misses, loaded.hits) == (1, 6)


def meanwhile(out: Path, act: Callable[[], None]) -> threading.Thread:
    """Do something once a few parts are finished."""
    first = out / ".mentions.parquet.partial" / "part-00002.parquet"

    def wait_and_act() -> None:
        wait_until(first.exists)
        act()

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    return thread


@pytest.mark.faults
def test_the_part_of_a_worker_that_is_killed_is_done_again_and_nothing_twice(
    cluster: Cluster, reports: Path, single: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    cluster.start_worker("one")
    cluster.start_worker("two")
    cluster.await_workers(2)
    killer = meanwhile(out, lambda: cluster.kill("two"))
    extract(settings=SETTINGS, reports=reports, out=out, scheduler=cluster.address)
    killer.join()
    assert bytes_of(out) == single


@pytest.mark.faults
def test_a_run_whose_scheduler_is_killed_is_told_and_gone_on_with(
    cluster: Cluster, reports: Path, single: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    extract(settings=SETTINGS, reports=write_reports(tmp_path / "r", 1, 1), out=out)
    good = bytes_of(out)
    cluster.start_worker("one")
    cluster.await_workers(1)
    killer = meanwhile(out, lambda: cluster.kill("scheduler"))
    with pytest.raises(WorkersError, match=f"scheduler at '{cluster.address}' is gone.*kept"):
        extract(settings=SETTINGS, reports=reports, out=out, scheduler=cluster.address)
    killer.join()
    assert bytes_of(out) == good
    waiting = out / ".mentions.parquet.partial"
    finished = {file.name: file.stat().st_ino for file in waiting.glob("part-*")}
    assert 2 < len(finished) < PARTS

    cluster.start_scheduler()
    cluster.start_worker("another")
    cluster.await_workers(1)
    extract(settings=SETTINGS, reports=reports, out=out, scheduler=cluster.address)
    assert bytes_of(out) == single
    for name, inode in finished.items():
        assert (out / "mentions.parquet" / name).stat().st_ino == inode


@pytest.mark.faults
def test_a_run_whose_workers_are_all_gone_is_told(
    cluster: Cluster, reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.extraction.running.workers._IDLE_SECONDS", 3.0)
    out = tmp_path / "out"
    cluster.start_worker("one")
    cluster.await_workers(1)
    killer = meanwhile(out, lambda: cluster.kill("one"))
    with pytest.raises(WorkersError, match=f"no worker is left at '{cluster.address}'"):
        extract(settings=SETTINGS, reports=reports, out=out, scheduler=cluster.address)
    killer.join()
    assert not (out / "mentions.parquet").exists()


@pytest.mark.faults
@pytest.mark.parametrize(
    ("memory", "told"),
    [
        ("200MiB", "ended as it read the lexicon, most likely for want of memory"),
        ("360MiB", r"have stopped for want of memory: 'one' \(\d+ of 360 MiB\)"),
    ],
)
def test_a_worker_at_the_limit_of_its_memory_is_told_and_the_last_good_tables_stay(
    cluster: Cluster,
    reports: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    memory: str,
    told: str,
) -> None:
    monkeypatch.setattr("pipeline.extraction.running.workers._IDLE_SECONDS", 4.0)
    out = tmp_path / "out"
    extract(settings=SETTINGS, reports=write_reports(tmp_path / "r", 1, 1), out=out)
    good = bytes_of(out)
    cluster.start_worker("one", "--memory-limit", memory)
    cluster.await_workers(1)
    with pytest.raises(WorkersError, match=told):
        extract(settings=SETTINGS, reports=reports, out=out, scheduler=cluster.address)
    assert bytes_of(out) == good


@pytest.mark.faults
def test_workers_with_another_lexicon_or_none_of_our_code_are_told(
    cluster: Cluster, reports: Path, tmp_path: Path
) -> None:
    unshare = ("unshare", "--mount")
    if subprocess.run([*unshare, "true"], check=False).returncode:
        pytest.skip("a second view of the files needs unshare --mount")
    lexicon = Path(shutil.copytree(SHIPPED_LEXICON, tmp_path / "lexicon"))
    edited = Path(shutil.copytree(SHIPPED_LEXICON, tmp_path / "edited"))
    for folder, word in ((lexicon, "one"), (edited, "other")):
        with (folder / "cues.txt").open("a", encoding="utf-8") as cues:
            cues.write(f"# {word}\n")
    out = tmp_path / "out"
    mounted = f'mount --bind {edited} {lexicon} && exec "$@"'
    cluster.start_worker("edited", under=(*unshare, "sh", "-c", mounted, "sh"))
    hidden = f'mount -t tmpfs none {reports.parent} && exec "$@"'
    cluster.start_worker("blind", under=(*unshare, "sh", "-c", hidden, "sh"))
    cluster.start_worker("bare", python=_WITHOUT_US, paths=())
    cluster.await_workers(3)
    settings = SETTINGS.model_copy(update={"lexicon": lexicon})
    with pytest.raises(WorkersError) as raised:
        extract(settings=settings, reports=reports, out=out, scheduler=cluster.address)
    message = str(raised.value)
    assert "worker 'edited' at tcp://" in message
    assert ": lexicon " in message
    assert f"{reports} not seen in place of seen" in message
    assert "rules none of this release in place of" in message
    assert not out.exists()


@pytest.mark.faults
def test_a_worker_of_another_release_that_comes_later_is_told(
    cluster: Cluster, reports: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    cluster.start_worker("one")
    cluster.await_workers(1)
    odd = other_release(tmp_path / "odd", "scispacy")
    comer = meanwhile(out, lambda: cluster.start_worker("odd", paths=(odd, ROOT)))
    large = write_reports(tmp_path / "large.parquet", 150, 400)
    with pytest.raises(WorkersError, match=r"came later .*: scispacy 0\.0\.7 in place of"):
        extract(settings=SETTINGS, reports=large, out=out, scheduler=cluster.address)
    comer.join()
    assert not (out / "mentions.parquet").exists()
