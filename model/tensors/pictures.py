"""Images of a cohort as tensors, read lazily."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from command_line.workers_end import end_with
from data_contracts.file_digests import file_sha256
from data_contracts.pictures.pixels import read_pixels
from data_contracts.pictures.unreadable import UnreadableImageError, check_bytes
from model.shares import SharedBatches, SharedInOrder
from model.tensors.cohorts import Cohort
from model.tensors.square import Placement, Square, fit_square, place_in_square
from model.tensors.square_cache import square_cache


class Sample(NamedTuple):
    """An image as networks see it.

    Attributes:
        position: of the image in the cohort, from 0.
        pixels: [1, S, S] uint8.
        boxes: [N, 5] float32, its reference boxes: edges in the square's pixels, and kind.
    """

    position: int
    pixels: Tensor
    boxes: Tensor


class Batch(NamedTuple):
    """Images of a cohort.

    Attributes:
        positions: [B] of the images in the cohort.
        pixels: [B, 1, S, S] uint8.
        boxes: [N, 5] of each.
    """

    positions: Tensor
    pixels: Tensor
    boxes: list[Tensor]


class Pictures(Dataset[Sample]):
    """A cohort's images, each fitted into a square.

    Args:
        cohort: the images; read by `read_pixels` from their files.
        size: S, pixels of the square's side.
    """

    def __init__(self, cohort: Cohort, size: int) -> None:
        self.cohort = cohort
        self.size = size

    def __len__(self) -> int:
        return len(self.cohort.images)

    def __getitem__(self, index: int) -> Sample:
        """Read one.

        Raises:
            UnreadableImageError: its file has changed since the images were listed.
        """
        image = self.cohort.images[index]
        square = self._square(index)
        edges = self.placement(index).to_square(self.cohort.reference(image))
        boxes = np.column_stack([edges, self.cohort.kinds_of(image)])
        return Sample(index, torch.from_numpy(square)[None], torch.from_numpy(boxes).float())

    def placement(self, index: int) -> Placement:
        """Where an image lies in its square."""
        image = self.cohort.images[index]
        return place_in_square(image.width, image.height, self.size)

    def _square(self, index: int) -> Square:
        image = self.cohort.images[index]
        path = self.cohort.path(image)
        _check_unchanged(path, image.checksum)
        return fit_square(read_pixels(path), self.size)


def _check_unchanged(path: Path, checksum: str) -> None:
    """Make sure that a file is still the one that was listed; other pixels have other boxes."""
    check_bytes(path)
    try:
        found = file_sha256(path)
    except OSError as error:
        raise UnreadableImageError(path, "unreadable_file", f"{error.strerror}") from None
    if found != checksum:
        raise UnreadableImageError(
            path,
            "changed",
            "is not the file that was listed, by its checksum; fetch it anew, or list the images "
            "again with the stage images",
        )


class CachedPictures(Pictures):
    """Pictures for training: decoded in the first epoch, and cached for the others.

    Nothing is cached where the cohort is too large for memory.
    """

    def __init__(self, cohort: Cohort, size: int) -> None:
        super().__init__(cohort, size)
        self._cache = square_cache(len(cohort.images), size)

    def _square(self, index: int) -> Square:
        square = self._cache.get(index) if self._cache else None
        if square is None:
            square = super()._square(index)
            if self._cache:
                self._cache.keep(index, square)
        return square


class EpochOrder(Sampler[int]):
    """A new order each epoch that depends on seed and epoch alone.

    So a run that was resumed sees what an unbroken one would have seen. Lightning tells the epoch.

    Args:
        count: how many there are.
        seed: of the orders.
    """

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.seed = seed
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Order as in epoch `epoch`, counted from 0."""
        self.epoch = epoch

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[int]:
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        yield from torch.randperm(self.count, generator=generator).tolist()


def in_order(pictures: Pictures, batch_size: int, workers: int = 0) -> "PictureLoader":
    """All pictures once, in the cohort's order."""
    return PictureLoader(pictures, workers, batch_size=batch_size)


def shared_in_order(pictures: Pictures, batch_size: int, workers: int = 0) -> "PictureLoader":
    """The pictures to validate on; of several processes each reads others of them."""
    batches = SharedInOrder(len(pictures), batch_size)
    return PictureLoader(pictures, workers, batch_sampler=batches)


def shuffled(pictures: Pictures, batch_size: int, seed: int, workers: int = 0) -> "PictureLoader":
    """Pictures in another order each epoch; a last batch that is not full is left out.

    Of several processes each reads its share of every batch.
    """
    order = EpochOrder(len(pictures), seed)
    batches = SharedBatches(order, batch_size, drop_last=len(pictures) > batch_size)
    return PictureLoader(pictures, workers, batch_sampler=batches, persistent_workers=workers > 0)


class PictureLoader(DataLoader[Sample | UnreadableImageError]):
    """Batches of pictures, read by this process or by others, which end with their program.

    Args:
        pictures: to read.
        workers: processes; 0 reads in this one.
        options: which batches; see torch's `DataLoader`.
    """

    def __init__(self, pictures: Pictures, workers: int, **options: Any) -> None:
        super().__init__(
            _HandingErrors(pictures),
            num_workers=workers,
            collate_fn=collate,
            # What workers' seeds are drawn from, which are used for nothing: from the generator of
            # all else, a run that is gone on with would draw more often than others.
            generator=torch.Generator().manual_seed(0),
            worker_init_fn=_ending_with(os.getpid()),
            **options,
        )

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override] # torch names its own class
        """The batches.

        Raises:
            UnreadableImageError: a picture cannot be read.
        """
        for batch in super().__iter__():
            if isinstance(batch, UnreadableImageError):
                raise batch
            yield batch


class _HandingErrors(Dataset[Sample | UnreadableImageError]):
    """Pictures, or why one cannot be read: torch hands no error with several parts to us whole."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: int) -> Sample | UnreadableImageError:
        try:
            return self._pictures[index]
        except UnreadableImageError as error:
            return error.with_traceback(None)


def _ending_with(parent: int) -> Callable[[int], None]:
    """Have a loader's workers end with their program, at once and not at their next look."""
    return partial(_end_worker, parent)


def _end_worker(parent: int, number: int) -> None:
    del number
    end_with(parent)


def collate(seen: Sequence[Sample | UnreadableImageError]) -> Batch | UnreadableImageError:
    """Pictures side by side, or why the first of those that cannot be read cannot."""
    pictures = []
    for one in seen:
        if isinstance(one, UnreadableImageError):
            return one
        pictures.append(one)
    return Batch(
        torch.tensor([one.position for one in pictures]),
        torch.stack([one.pixels for one in pictures]),
        [one.boxes for one in pictures],
    )
