"""How well the hash of a picture tells copies from other pictures, on any folder of images.

Run with `python benchmarks/picture_hashes.py FOLDER --patients TABLE`, where TABLE is the folder's
table `images`.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer
from PIL import Image
from rich.console import Console
from rich.table import Table

from data_contracts.images import IMAGES
from data_contracts.pictures.grey import Picture
from data_contracts.pictures.pixels import is_image_name, read_pixels
from data_contracts.pictures.unreadable import UnreadableImageError
from data_contracts.storage import read_table
from model.images.picture_hash import BITS, near_pairs, picture_hash

MOST: Final = (12, 24, 40)


def main(
    folder: Annotated[Path, typer.Argument(help="Folder of images.")],
    patients: Annotated[Path | None, typer.Option(help="Table `images` of the folder.")] = None,
    limit: Annotated[int, typer.Option(min=2, help="Most images to read.")] = 5000,
) -> None:
    """Print what share of each kind of copy is found, and how near different pictures are."""
    known = _patients(patients)
    rng = np.random.default_rng(0)
    names, hashes, decoding, hashing = [], list[str](), list[float](), list[float]()
    distances: dict[str, list[int]] = {name: [] for name in COPIES}
    files = sorted(file for file in folder.rglob("*") if file.is_file() and is_image_name(file))
    for file in files[:limit]:
        started = time.perf_counter()
        try:
            picture = read_pixels(file)
        except UnreadableImageError as error:
            Console().print(f"{file.name}: {error.reason}")
            continue
        read = time.perf_counter()
        own = picture_hash(picture)
        decoding.append(read - started)
        hashing.append(time.perf_counter() - read)
        names.append(file.name)
        hashes.append(own)
        for name, copy in COPIES.items():
            distances[name].append(_distance(own, picture_hash(copy(picture, rng))))
    console = Console()
    console.print(
        f"{len(names):,} images; decoding {1e3 * statistics.median(decoding):.2f} ms, hash "
        f"{1e3 * statistics.median(hashing):.2f} ms (medians)"
    )
    console.print(_of_copies(distances))
    console.print(_of_others(names, hashes, known))


def _patients(table: Path | None) -> Mapping[str, str]:
    """Patient by file name; empty without a table."""
    if table is None:
        return {}
    columns = read_table(IMAGES, table).select(["path", "subject_id"]).to_pydict()
    pairs = zip(columns["path"], columns["subject_id"], strict=True)
    return {Path(path).name: subject for path, subject in pairs}


def _distance(own: str, other: str) -> int:
    """Bits that differ, as `near_pairs` counts them."""
    (near,) = near_pairs([own], [other], BITS // 2)
    return near.distance


def _of_copies(distances: Mapping[str, list[int]]) -> Table:
    shown = Table("copy", "median", "99 %", *(f"found at {most}" for most in MOST))
    for name, bits in distances.items():
        found = [f"{100 * np.mean(np.array(bits) <= most):.1f} %" for most in MOST]
        shown.add_row(name, f"{np.median(bits):.0f}", f"{np.quantile(bits, 0.99):.0f}", *found)
    return shown


def _of_others(names: list[str], hashes: list[str], known: Mapping[str, str]) -> Table:
    shown = Table("bits", "picture", "another", "patient", title="nearest pairs")
    pairs = sorted(
        (near.distance, names[near.row], names[near.other])
        for near in near_pairs(hashes, hashes, BITS // 4)
        if near.row < near.other
    )
    same = [one for one in pairs if known and known.get(one[1]) == known.get(one[2])]
    others = [one for one in pairs if not known or known.get(one[1]) != known.get(one[2])]
    for of_pairs, whose in ((same, "one"), (others, "two" if known else "not known")):
        for bits, first, second in of_pairs[:8]:
            shown.add_row(str(bits), first, second, whose)
    return shown


def _saved_again(picture: Picture) -> Picture:
    file = BytesIO()
    Image.fromarray((picture * 255).round().astype(np.uint8)).save(file, "JPEG", quality=60)
    return np.asarray(Image.open(file)).astype(np.float32) / 255


def _halved(picture: Picture) -> Picture:
    height, width = picture.shape
    small = Image.fromarray(picture).resize((width // 2, height // 2), Image.Resampling.BICUBIC)
    return np.asarray(small).clip(0, 1)


def _cut(share: float) -> "Copy":
    """Cuts up to `share` from each side."""

    def cut(picture: Picture, rng: np.random.Generator) -> Picture:
        height, width = picture.shape
        top, lower = (rng.uniform(0, share, 2) * height).round().astype(int)
        left, right = (rng.uniform(0, share, 2) * width).round().astype(int)
        return picture[top : height - lower, left : width - right].copy()

    return cut


def _all_at_once(picture: Picture, rng: np.random.Generator) -> Picture:
    return _saved_again(_halved(_cut(0.01)(picture, rng)) ** 1.3)


Copy = Callable[[Picture, np.random.Generator], Picture]
COPIES: Final[dict[str, Copy]] = {
    "JPEG of quality 60": lambda picture, _: _saved_again(picture),
    "half the size": lambda picture, _: _halved(picture),
    "gamma 1.5": lambda picture, _: picture**1.5,
    "gamma 0.67": lambda picture, _: picture**0.67,
    "less contrast, brighter": lambda picture, _: picture * 0.8 + 0.1,
    "15 % clipped at either end": lambda picture, _: np.clip((picture - 0.15) / 0.7, 0, 1),
    "negative": lambda picture, _: 1 - picture,
    "cut by up to 1 % a side": _cut(0.01),
    "cut by up to 2 % a side": _cut(0.02),
    "cut 1 %, halved, gamma 1.3, JPEG": _all_at_once,
}

if __name__ == "__main__":
    typer.run(main)
