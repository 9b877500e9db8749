"""Cohorts made of others: a part of one, or several joined."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import pyarrow as pa

from data_contracts.images import BOXES, IMAGES
from data_contracts.storage import read_table, write_table
from model.settings import CohortSettings


def part_of(tables: Path, names: AbstractSet[str], folder: Path, root: Path) -> CohortSettings:
    """The images of these names, with their boxes, as tables of their own.

    Args:
        tables: folder of the whole cohort's tables.
        names: ids of the images.
        folder: where to write theirs.
        root: where the pictures are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for contract in (IMAGES, BOXES):
        table = read_table(contract, tables / f"{contract.name}.parquet")
        kept = [name in names for name in table["image_id"].to_pylist()]
        write_table(contract, table.filter(kept), folder / f"{contract.name}.parquet")
    return CohortSettings(tables=folder, root=root)


def joined(tables: Sequence[tuple[pa.Table, pa.Table]], folder: Path) -> Path:
    """Several cohorts' images and boxes, written as tables of one; returns the folder.

    Args:
        tables: images and boxes of each; no image is in two.
        folder: where to write.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for contract, parts in zip((IMAGES, BOXES), zip(*tables, strict=True), strict=True):
        together = pa.concat_tables([part.cast(contract.schema()) for part in parts])
        write_table(contract, together, folder / f"{contract.name}.parquet")
    return folder
