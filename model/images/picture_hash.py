"""A short hash of what a picture shows, so that copies of one are found by it.

Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, section 3.2.1,
changed in two ways. Frontal radiographs share their coarsest waves, so these are left out. Grey
values are first spread evenly, so that brightness, contrast and gamma do not count.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from data_contracts.pictures.grey import Picture

#: Length of a hash.
BITS: Final = 256
_SIDE: Final = 64
_LEVELS: Final = 256
# A wave that is not there has a strength of rounding alone, whose sign depends on the machine.
_NOTHING: Final = 1e-6
#: Sum of the numbers of half waves across and down; below, all chests look alike.
_COARSEST: Final = 8
#: Pairs that are compared at a time.
_BLOCK: Final = 1_000_000


class Near(NamedTuple):
    """Two pictures that are nearly one.

    Attributes:
        row: of the first, in its sequence.
        other: row of the second, in the other sequence.
        distance: bits in which their hashes differ, or would if one were not a negative.
    """

    row: int
    other: int
    distance: int


def picture_hash(picture: Picture) -> str:
    """64 hexadecimal digits; those of copies of a picture differ in few of their bits.

    Size and shape do not count, nor does how grey values are spread; a picture that was mirrored
    or turned is another one.

    Args:
        picture: float32 [H, W] in any range.
    """
    small = np.asarray(
        Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.BOX, reducing_gap=2)
    )
    waves: npt.NDArray[np.float64] = _COSINES @ _spread(small) @ _COSINES.T
    return np.packbits(waves[_KEPT] > _NOTHING).tobytes().hex()


def near_pairs(hashes: Sequence[str], others: Sequence[str], most: int) -> Iterator[Near]:
    """All pairs of a picture and another one that show the same, as it is or as a negative.

    Args:
        hashes: of N pictures.
        others: hashes of M pictures.
        most: bits in which the hashes of one picture may differ.
    """
    if not hashes or not others:
        return
    against = _signs(others).T
    rows = max(_BLOCK // len(others), 1)
    for first in range(0, len(hashes), rows):
        # Of signs, the product is what agrees less what differs; of a negative, all differs.
        agreement = np.abs(_signs(hashes[first : first + rows]) @ against)
        for row, other in np.argwhere(agreement >= BITS - 2 * most).tolist():
            yield Near(first + row, other, int(BITS - agreement[row, other]) // 2)


def _spread(small: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Each pixel's share of pixels that are darker, 0 to 1."""
    low, high = float(small.min()), float(small.max())
    levels = ((small - low) * ((_LEVELS - 1) / max(high - low, 1e-6))).round().astype(np.int64)
    counts = np.bincount(levels.reshape(-1), minlength=_LEVELS)
    shares: npt.NDArray[np.float64] = (np.cumsum(counts) - counts / 2) / small.size
    return shares[levels]


def _signs(hashes: Sequence[str]) -> npt.NDArray[np.float32]:
    """[N, BITS] 1 or -1."""
    packed = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint8).reshape(-1, BITS // 8)
    return np.unpackbits(packed, axis=1).astype(np.float32) * 2 - 1


def _cosines() -> npt.NDArray[np.float64]:
    """[SIDE, SIDE] a row a wave: that of row k has k halves over the side (DCT-II)."""
    steps = np.arange(_SIDE)
    waves: npt.NDArray[np.float64] = np.cos(np.pi / _SIDE * np.outer(steps, steps + 0.5))
    return waves


def _kept() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows and columns of the waves that count, the coarsest first."""
    down, across = (part.reshape(-1) for part in np.mgrid[:_SIDE, :_SIDE])
    order = np.lexsort((across, down + across))
    order = order[(down + across)[order] >= _COARSEST][:BITS]
    return down[order], across[order]


_COSINES: Final = _cosines()
_KEPT: Final = _kept()
