"""Regions of a training cohort, streamed from their table in another order each epoch."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import torch
from torch import Tensor

from data_contracts.regions import REGIONS
from data_contracts.storage import part_paths
from model.shares import equal_share
from model.tensors.cohorts import CohortError
from model.tensors.pictures import EpochOrder
from model.tensors.region_rows import RegionArrays, read_regions

#: An image's arrays, and its row there.
_Row: TypeAlias = tuple[RegionArrays, int]
#: Parts of the table that are held, and shuffled together, at a time.
_WINDOW: Final = 4


class RegionBatch(NamedTuple):
    """Regions of a batch of images.

    Attributes:
        positions: [B] of the images in the cohort.
        regions: [B, R, V] features and geometry side by side, float32.
        objectness: [B, R] how likely each region is, 0 to 1.
        mask: [B, R] true where there is a region.
    """

    positions: Tensor
    regions: Tensor
    objectness: Tensor
    mask: Tensor


class RegionStream:
    """Batches of regions; never holds more than a few parts of the table.

    The order depends on seed and epoch alone. Each process of several takes its share of every
    batch; without a seed each takes all.

    Args:
        path: the table `regions`.
        positions: image id to its position in the cohort; other images are skipped.
        batch_size: B.
        seed: of the orders; None keeps the table's order and the last batch that is not full.
    """

    def __init__(
        self, path: Path, positions: Mapping[str, int], batch_size: int, seed: int | None
    ) -> None:
        self.parts = part_paths(REGIONS, path)
        self.positions = positions
        self.batch_size = batch_size
        self.seed = seed
        # Lightning tells a loader's sampler which epoch it is, and asks for the other one too.
        self.sampler = EpochOrder(len(self.parts), seed or 0)
        self.batch_sampler = None

    def __len__(self) -> int:
        batches, rest = divmod(len(self.positions), self.batch_size)
        return batches + (bool(rest) and (self.seed is None or not batches))

    def __iter__(self) -> Iterator[RegionBatch]:
        """Batches of one epoch.

        Raises:
            CohortError: the table has other images than the cohort.
            ShareError: a batch cannot be divided among the processes.
        """
        rng = np.random.default_rng((self.seed or 0, self.sampler.epoch))
        rest: list[RegionArrays] = []
        seen = 0
        for window in self._windows():
            images = [
                (arrays, row) for arrays in [*rest, *window] for row in range(len(arrays.image_ids))
            ]
            rest = []
            order = np.arange(len(images)) if self.seed is None else rng.permutation(len(images))
            batched = len(images) // self.batch_size * self.batch_size
            for first in range(0, batched, self.batch_size):
                chosen = [images[i] for i in order[first : first + self.batch_size]]
                seen += len(chosen)
                yield self._batch(self._own(chosen))
            rest = [images[i][0].take([images[i][1]]) for i in order[batched:]]
        if rest and (self.seed is None or not seen):
            seen += len(rest)
            yield self._batch(self._own([(arrays, 0) for arrays in rest]))
        left = 0 if self.seed is None else len(rest)
        if seen + left < len(self.positions):
            raise CohortError(
                f"{self.parts[0].parent}: regions of {seen + left} of {len(self.positions)} "
                "images; find the regions again from the same list of images"
            )

    def _windows(self) -> Iterator[list[RegionArrays]]:
        """A few parts at a time, the next ones read while these are used."""
        order = list(self.sampler) if self.seed is not None else list(range(len(self.parts)))
        windows = [order[i : i + _WINDOW] for i in range(0, len(order), _WINDOW)]
        with ThreadPoolExecutor(1) as reader:
            coming = reader.submit(self._read, windows[0]) if windows else None
            for following in [*windows[1:], None]:
                assert coming is not None
                window = coming.result()
                coming = reader.submit(self._read, following) if following else None
                yield window

    def _read(self, window: Sequence[int]) -> list[RegionArrays]:
        found = []
        for index in window:
            arrays = read_regions(self.parts[index])
            rows = [row for row, name in enumerate(arrays.image_ids) if name in self.positions]
            if rows:
                found.append(arrays.take(rows) if len(rows) < len(arrays.image_ids) else arrays)
        return found

    def _own(self, batch: Sequence[_Row]) -> Sequence[_Row]:
        return batch if self.seed is None else equal_share(batch)

    def _batch(self, images: Sequence[_Row]) -> RegionBatch:
        most = max(arrays.mask.shape[1] for arrays, _ in images)
        first = images[0][0]
        widths = first.features.shape[2], first.geometry.shape[2]
        regions = np.zeros((len(images), most, sum(widths)), dtype=np.float32)
        objectness = np.zeros((len(images), most), dtype=np.float32)
        mask = np.zeros((len(images), most), dtype=np.bool_)
        for slot, (arrays, row) in enumerate(images):
            count = arrays.mask.shape[1]
            regions[slot, :count, : widths[0]] = arrays.features[row]
            regions[slot, :count, widths[0] :] = arrays.geometry[row]
            objectness[slot, :count] = arrays.objectness[row]
            mask[slot, :count] = arrays.mask[row]
        positions = [self.positions[arrays.image_ids[row]] for arrays, row in images]
        return RegionBatch(
            torch.tensor(positions),
            torch.from_numpy(regions),
            torch.from_numpy(objectness),
            torch.from_numpy(mask),
        )
