"""The files of scores that evaluate, compare and crossvalidate write alike."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from data_contracts.predictions import DIFFERENCES, SCORES
from data_contracts.storage import write_table
from model.scoring.summary_table import difference_table, summary_table


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
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for contract, own in ((SCORES, rows), (DIFFERENCES, differences)):
        paths.append(out / f"{contract.name}.parquet")
        write_table(contract, pa.Table.from_pylist(list(own), contract.schema()), paths[-1])
    shown = [table for table in (summary_table(rows), difference_table(differences)) if table]
    paths.append(out / "scores.md")
    paths[-1].write_text("\n".join(shown), encoding="utf-8")
    return tuple(paths)
