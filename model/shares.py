"""What each of several processes that train one network takes of a batch: an equal share.

A batch is the same one however many processes there are, so that their number changes a training by
rounding alone, wherever the loss of a batch is the mean of its images'.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import torch.distributed
from torch import Tensor
from torch.utils.data import Sampler

_Item = TypeVar("_Item")


class ShareError(ValueError):
    """Images cannot be shared out among the processes; the message says what to change."""


def this_share() -> tuple[int, int]:
    """Number of this process, from 0, and how many there are."""
    if not torch.distributed.is_initialized():
        return 0, 1
    return torch.distributed.get_rank(), torch.distributed.get_world_size()


def check_shares(images: int, count: int) -> None:
    """Make sure that a batch of so many images gives so many processes an equal share each.

    Raises:
        ShareError: it does not.
    """
    if images % count:
        raise ShareError(
            f"a batch of {images} images cannot be shared out evenly among {count} processes; "
            "change batch_size, or model.hardware.devices or nodes"
        )


def equal_share(batch: Sequence[_Item]) -> Sequence[_Item]:
    """What this process takes of a batch that all know.

    Raises:
        ShareError: the batch cannot be divided evenly.
    """
    number, count = this_share()
    check_shares(len(batch), count)
    size = len(batch) // count
    return batch[number * size : (number + 1) * size]


def as_of_the_whole_batch(loss: Tensor, weights: Tensor) -> Tensor:
    """A share's weighted mean so scaled that the mean over processes is that of the batch.

    Args:
        loss: [] mean over the share, weighted.
        weights: of what the share has.
    """
    _, count = this_share()
    if count == 1:
        return loss
    own = weights.sum()
    every = own.clone()
    torch.distributed.all_reduce(every)
    return loss * own * count / every.clamp_min(1e-6)


class SharedBatches(Sampler[list[int]]):
    """This process' share of every batch.

    Args:
        sampler: the order of all images, the same in every process.
        batch_size: images of a batch, of all processes together.
        drop_last: leave out a last batch that is not full.
    """

    def __init__(self, sampler: Sampler[int], batch_size: int, *, drop_last: bool) -> None:
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __len__(self) -> int:
        batches, rest = divmod(len(self.sampler), self.batch_size)  # type: ignore[arg-type]
        return batches + (bool(rest) and not self.drop_last)

    def __iter__(self) -> Iterator[list[int]]:
        """Places of the images in each share.

        Raises:
            ShareError: a batch cannot be divided evenly.
        """
        order = list(self.sampler)
        for number in range(len(self)):
            batch = order[number * self.batch_size : (number + 1) * self.batch_size]
            yield list(equal_share(batch))


class SharedInOrder(Sampler[list[int]]):
    """This process' images of a row of them, in batches; none twice, and none left out.

    Args:
        images: how many there are.
        batch_size: of all processes together.
    """

    def __init__(self, images: int, batch_size: int) -> None:
        self.images = images
        self.batch_size = batch_size

    def _own(self) -> range:
        number, count = this_share()
        if self.images < count:
            raise ShareError(
                f"{self.images} images to validate on are fewer than the {count} processes; "
                "take fewer devices"
            )
        return range(number, self.images, count)

    def _size(self) -> int:
        return max(self.batch_size // this_share()[1], 1)

    def __len__(self) -> int:
        own, size = len(self._own()), self._size()
        return (own + size - 1) // size

    def __iter__(self) -> Iterator[list[int]]:
        """Places of the images of each batch.

        Raises:
            ShareError: there are fewer images than processes.
        """
        own, size = self._own(), self._size()
        for first in range(0, len(own), size):
            yield list(own[first : first + size])
