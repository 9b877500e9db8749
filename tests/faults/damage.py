"""Ways in which a file may have been damaged."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from data_contracts.contract import METADATA_KEY

#: Changes a file in its place; what it draws comes from the generator.
Damage = Callable[[Path, random.Random], None]


def cut(path: Path, draw: random.Random) -> None:
    """As a broken download is."""
    whole = path.read_bytes()
    _replace(path, whole[: draw.randrange(1, max(2, len(whole)))])


def empty(path: Path, draw: random.Random) -> None:
    """As a full disk leaves a file that others write."""
    del draw
    _replace(path, b"")


def flip(path: Path, draw: random.Random) -> None:
    """One bit, as a bad disk does."""
    damaged = bytearray(path.read_bytes())
    damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
    _replace(path, bytes(damaged))


def scramble(path: Path, draw: random.Random) -> None:
    """A stretch in the middle, as a bad copy does."""
    damaged = bytearray(path.read_bytes())
    first = draw.randrange(len(damaged))
    last = min(len(damaged), first + draw.randrange(1, 400))
    damaged[first:last] = draw.randbytes(last - first)
    _replace(path, bytes(damaged))


def age(path: Path, draw: random.Random) -> None:
    """Another release's: a table's or a card's version."""
    del draw
    if path.suffix == ".json":
        card = json.loads(path.read_text(encoding="utf-8"))
        card["format"] = 1
        _replace(path, json.dumps(card).encode())
        return
    table = pq.read_table(path, partitioning=None)
    stamp = json.loads(table.schema.metadata[METADATA_KEY])
    stamp["version"] += 7
    stamps = {**table.schema.metadata, METADATA_KEY: json.dumps(stamp).encode()}
    path.unlink()
    pq.write_table(table.replace_schema_metadata(stamps), path)


def keep_one_row(path: Path, draw: random.Random) -> None:
    """Whole, and of fewer rows than belong to it."""
    table = pq.read_table(path, partitioning=None)
    row = draw.randrange(max(1, table.num_rows))
    path.unlink()
    pq.write_table(table.slice(row, 1), path)


OF_BYTES: Final[dict[str, Damage]] = {
    "cut short": cut, "empty": empty, "one bit": flip, "scrambled": scramble,
}  # fmt: skip
OF_TABLES: Final[dict[str, Damage]] = {
    **OF_BYTES, "another version": age, "one row": keep_one_row,
}  # fmt: skip
OF_CARDS: Final[dict[str, Damage]] = {**OF_BYTES, "another version": age}


def _replace(path: Path, content: bytes) -> None:
    path.unlink()  # it may have a second name, in a run that is to stay whole
    path.write_bytes(content)
