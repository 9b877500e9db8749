"""The corrections table on disk: decisions are appended, whole or not at all, and stay."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
from filelock import FileLock

from data_contracts.corrections import CORRECTIONS
from data_contracts.storage import read_table, write_table
from pipeline.labelling.decision import Decision, decisions_table, read_decisions

_FILE: Final = "corrections.parquet"
_SAMPLE: Final = "sample.parquet"
#: Longest wait for another reviewer's write, in seconds; one takes a fraction of a second.
_PATIENCE: Final = 30.0


def corrections_file(folder: Path) -> Path:
    """Where the corrections of a folder are."""
    return folder / _FILE


def sample_file(folder: Path) -> Path:
    """Where the sample is that the reviews of a folder are of.

    It lies with them, as its weights cannot be had again once reports have been reviewed.
    """
    return folder / _SAMPLE


def read_log(folder: Path) -> list[Decision]:
    """All decisions in the order they were made; none where there is no table.

    Raises:
        ContractError: the table breaks its contract.
    """
    file = corrections_file(folder)
    return read_decisions(read_table(CORRECTIONS, file)) if file.exists() else []


def append_decisions(folder: Path, decisions: Sequence[Decision]) -> None:
    """Append decisions, all of them or none.

    Several processes may append at once. The older table stays until the longer one is whole, so
    that a kill loses nothing but what was not yet answered for.

    Raises:
        ContractError: the table that is there, or a decision, breaks its contract.
        Timeout: another process has held the table for half a minute.
    """
    folder.mkdir(parents=True, exist_ok=True)
    new = decisions_table(decisions)
    with FileLock(folder / ".lock", timeout=_PATIENCE):
        file = corrections_file(folder)
        before = [read_table(CORRECTIONS, file)] if file.exists() else []
        write_table(CORRECTIONS, pa.concat_tables([*before, new]), file)
