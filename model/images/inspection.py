"""Making sure that listed files are images that can be read, on several cores where asked."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from command_line.workers_end import end_with
from data_contracts.file_digests import file_sha256
from data_contracts.pictures.facts import ImageFacts
from data_contracts.pictures.grey import shortcomings
from data_contracts.pictures.paths import lies_inside
from data_contracts.pictures.pixels import read_facts, read_pixels
from data_contracts.pictures.unreadable import UnreadableImageError, check_bytes
from model.images.picture_hash import picture_hash


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file whose pixels could be decoded.

    Attributes:
        facts: what its header says.
        checksum: SHA-256 of the file, in hexadecimal.
        picture_hash: what it shows, in hexadecimal; see `picture_hash`.
        notes: what is out of the ordinary, by short names; see `data_contracts.images`.
    """

    facts: ImageFacts
    checksum: str
    picture_hash: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file that cannot be used, the short name of the reason, and what to do."""

    reason: str
    detail: str


#: Inspects files below the root by their paths, and keeps their order.
Inspect = Callable[[Sequence[str]], Iterator[Inspected | Unusable]]


def inspect_file(root: Path, path: str) -> Inspected | Unusable:
    """Decode a file, and take its checksum and the hash of what it shows.

    Args:
        root: the source's folder.
        path: the file below it.
    """
    if not lies_inside(root, path):
        return Unusable("unsafe_path", "leads out of the source's folder; nothing was read of it")
    file = root / path
    if not file.exists():
        return Unusable("missing_image", f"there is no {path}; fetch it, or leave it out")
    try:
        check_bytes(file)
        facts = read_facts(file)
        picture = read_pixels(file)
        notes = (*facts.notes, *shortcomings(picture))
        return Inspected(facts, file_sha256(file), picture_hash(picture), notes)
    except UnreadableImageError as error:
        return Unusable(error.reason, error.detail)
    except OSError as error:
        return Unusable("unreadable_file", f"{error.strerror}; see who may read it")


@contextmanager
def inspecting(root: Path, workers: int) -> Iterator[Inspect]:
    """Give a function that inspects files, in `workers` processes of their own or in this one."""
    inspect = partial(inspect_file, root)
    if workers == 1:
        yield partial(map, inspect)
        return
    # Not forked: the progress bar runs a thread, and a fork would copy the locks it holds.
    context = multiprocessing.get_context("spawn")
    parent = (os.getpid(),)
    with ProcessPoolExecutor(workers, context, end_with, parent) as pool:
        yield partial(pool.map, inspect, chunksize=8)
