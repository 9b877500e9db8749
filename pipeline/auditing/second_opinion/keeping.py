"""The tables of second opinions on disk: what was answered stays, whatever happens after it."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from filelock import FileLock, Timeout

from data_contracts.contract import Contract
from data_contracts.second_opinions import SECOND_OPINIONS, SECOND_READINGS
from data_contracts.storage import read_table, write_table
from pipeline.auditing.second_opinion.errors import SecondOpinionError

#: Seconds that answers may wait to be written; that much is lost where the process is killed.
LONGEST_WAIT: Final = 2.0
_ORDER: Final = ("model", "prompt_digest", "place", "report_id")
#: Model and digest of the prompt: of equal ones an answer is asked for once.
Asker = tuple[str, str]


def readings_file(folder: Path) -> Path:
    """Where a folder's readings are."""
    return folder / "second_readings.parquet"


def opinions_file(folder: Path) -> Path:
    """Where a folder's opinions are."""
    return folder / "second_opinions.parquet"


class Kept:
    """The readings and opinions of a folder, old ones and new.

    Opinions are written before the readings that count them, and count for nothing without: a
    report of which only the first were written is asked about again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._readings = _read(SECOND_READINGS, readings_file(folder))
        self._opinions = _read(SECOND_OPINIONS, opinions_file(folder))
        self._new: dict[str, tuple[dict[str, Any], pa.Table]] = {}
        self._written = time.monotonic()

    def answered(self, asker: Asker) -> dict[str, str]:
        """The reports that this one has answered about, and the digests of their texts."""
        rows = self._readings.filter(pa.array(_of(self._readings, asker), pa.bool_())).to_pylist()
        return {r["report_id"]: r["report_digest"] for r in rows if r["outcome"] == "answered"}

    def readings(self, asker: Asker) -> list[dict[str, Any]]:
        """The readings of one reader, in the order of their places; all must be written."""
        return list(
            self._readings.filter(pa.array(_of(self._readings, asker), pa.bool_())).to_pylist()
        )

    def add(self, reading: dict[str, Any], opinions: pa.Table) -> None:
        """Keep what came of one report, in the place of what came of it before.

        Args:
            reading: a row of `second_readings`.
            opinions: its rows of `second_opinions`.
        """
        self._new[reading["report_id"]] = (reading, opinions)

    def write_in_time(self) -> None:
        """Write what has waited for as long as it may; to be called again soon."""
        if time.monotonic() - self._written > LONGEST_WAIT:
            self.write()

    def write(self) -> None:
        """Write both tables, each whole or not at all."""
        if self._new:
            new = list(self._new.values())
            asker = (new[0][0]["model"], new[0][0]["prompt_digest"])
            self._replace(
                asker,
                list(self._new),
                pa.Table.from_pylist([one for one, _ in new], schema=SECOND_READINGS.schema()),
                pa.concat_tables([rows for _, rows in new]),
            )
            self._new = {}
        self._written = time.monotonic()

    def replace(self, asker: Asker, readings: pa.Table, opinions: pa.Table) -> None:
        """Keep a reader's rows in the place of all that there are of readers of that model."""
        older = [name == asker[0] for name in self._readings["model"].to_pylist()]
        gone = self._readings.filter(pa.array(older, pa.bool_()))["prompt_digest"].to_pylist()
        for digest in {asker[1], *gone}:
            self._drop((asker[0], digest), None)
        self._replace(asker, [], readings, opinions)

    def _replace(
        self, asker: Asker, report_ids: Sequence[str], readings: pa.Table, opinions: pa.Table
    ) -> None:
        self._drop(asker, report_ids)
        self._readings = pa.concat_tables([self._readings, readings]).sort_by(
            [(name, "ascending") for name in _ORDER]
        )
        self._opinions = pa.concat_tables([self._opinions, opinions]).sort_by(
            [(name, "ascending") for name in SECOND_OPINIONS.primary_key]
        )
        write_table(SECOND_OPINIONS, self._opinions, opinions_file(self.folder))
        write_table(SECOND_READINGS, self._readings, readings_file(self.folder))

    def _drop(self, asker: Asker, report_ids: Sequence[str] | None) -> None:
        """Leave out rows of a reader: those of some reports, or all."""
        self._readings = _without(self._readings, asker, report_ids)
        self._opinions = _without(self._opinions, asker, report_ids)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only one that writes second opinions into a folder.

    Raises:
        SecondOpinionError: another process writes there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".second_opinions.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise SecondOpinionError(
            f"{folder}: another run of second-opinion writes here; wait for it, or name an --out"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _read(contract: Contract, path: Path) -> pa.Table:
    return read_table(contract, path) if path.exists() else contract.schema().empty_table()


def _of(table: pa.Table, asker: Asker) -> list[bool]:
    pairs = zip(table["model"].to_pylist(), table["prompt_digest"].to_pylist(), strict=True)
    return [pair == asker for pair in pairs]


def _without(table: pa.Table, asker: Asker, report_ids: Sequence[str] | None) -> pa.Table:
    of = _of(table, asker)
    if report_ids is not None:
        gone = set(report_ids)
        named = table["report_id"].to_pylist()
        of = [own and one in gone for own, one in zip(of, named, strict=True)]
    return table.filter(pa.array([not one for one in of], pa.bool_()))
