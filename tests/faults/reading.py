"""All that a run has written, read by the readers that the stages have."""

import json
from importlib import import_module
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from data_contracts.contract import METADATA_KEY, Contract
from data_contracts.storage import part_paths, read_table

_MODULES: Final = ("audit_tables", "corrections", "images", "phantom", "predictions", "quarantine",
                   "regions", "second_opinions", "tables")  # fmt: skip
#: Every contract by its name.
CONTRACTS: Final[dict[str, Contract]] = {
    value.name: value
    for name in _MODULES
    for value in vars(import_module(f"data_contracts.{name}")).values()
    if isinstance(value, Contract)
}


def contract_of(path: Path) -> Contract:
    """The contract that a table says it keeps."""
    anyone = next(iter(CONTRACTS.values()))
    stamp = pq.read_schema(part_paths(anyone, path)[0]).metadata[METADATA_KEY]
    return CONTRACTS[json.loads(stamp)["name"]]


def tables_at(folder: Path, paths: tuple[str, ...]) -> list[Path]:
    """The tables at or below some paths."""
    found = []
    for place in (folder / path for path in paths):
        for path in [place] if place.suffix == ".parquet" else sorted(place.rglob("*.parquet")):
            below = path.relative_to(folder).parts
            if not any(part.startswith((".", "part-")) for part in below):
                found.append(path)
    return found


def read_all(folder: Path, paths: tuple[str, ...]) -> None:
    """Read tables, cards and weights; whatever is wrong with one is raised."""
    for path in tables_at(folder, paths):
        read_table(contract_of(path), path)
    for place in (folder / path for path in paths):
        for card in place.rglob("card.json"):
            from model.training.card import read_weights

            json.loads(card.read_text(encoding="utf-8"))
            read_weights(card.parent)
