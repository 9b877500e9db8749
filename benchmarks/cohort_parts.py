"""A part of a cohort as a cohort by itself."""

from collections.abc import Set as AbstractSet
from pathlib import Path

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
