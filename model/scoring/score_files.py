"""The files of scores that evaluate, compare and crossvalidate write alike."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data_contracts.predictions import DIFFERENCES, SCORES
from data_contracts.storage import read_table, write_table
from data_contracts.whole_files import whole_file
from model.scoring.summary_table import difference_table, summary_table

#: What `write_scores` writes.
SCORE_FILES: Final = (f"{SCORES.name}.parquet", f"{DIFFERENCES.name}.parquet", "scores.md")


def write_scores(
    rows: Sequence[dict[str, Any]], differences: Sequence[dict[str, Any]], out: Path
) -> tuple[Path, ...]:
    """Write `scores.parquet`, `differences.parquet` and `scores.md`, which shows the main of both.

    Args:
        rows: of the contract `scores`.
        differences: rows of the contract `differences`.
        out: folder to write to; made where it is missing.

    Returns:
        The files.
    """
    paths = write_score_tables(rows, differences, out)
    shown = [table for table in (summary_table(rows), difference_table(differences)) if table]
    page = out / "scores.md"
    with whole_file(page) as partial:
        partial.write_text("\n".join(shown), encoding="utf-8")
    return (*paths, page)


def write_score_tables(
    rows: Sequence[dict[str, Any]], differences: Sequence[dict[str, Any]], out: Path
) -> tuple[Path, ...]:
    """Write the two tables alone; see `write_scores`."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for contract, own in ((SCORES, rows), (DIFFERENCES, differences)):
        paths.append(out / f"{contract.name}.parquet")
        write_table(contract, pa.Table.from_pylist(list(own), contract.schema()), paths[-1])
    return tuple(paths)


def read_score_tables(
    folders: Iterable[Path],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of `scores` and of `differences` of several folders, one behind the other.

    Raises:
        TableNotFoundError: a folder has no scores.
        ContractError: a table was written by another release.
    """
    rows, differences = [], []
    for folder in folders:
        rows += read_table(SCORES, folder / f"{SCORES.name}.parquet").to_pylist()
        differences += read_table(DIFFERENCES, folder / f"{DIFFERENCES.name}.parquet").to_pylist()
    return rows, differences
