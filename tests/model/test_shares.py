"""Several processes share out what one would read: nothing twice, and nothing left out."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any
from unittest.mock import patch

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from model.baselines.classifier import hide_patches
from model.network.losses.cross_entropy import cross_entropy
from model.shares import SharedBatches, SharedInOrder, ShareError, as_of_the_whole_batch
from model.tensors.pictures import EpochOrder
from model.training.augmentation import augment


@contextmanager
def process(number: int, count: int) -> Iterator[None]:
    with patch("model.shares.this_share", lambda: (number, count)):
        yield


def shares_of(sampler: Any, count: int) -> list[list[list[int]]]:
    found = []
    for number in range(count):
        with process(number, count):
            assert len(list(sampler)) == len(sampler)
            found.append(list(sampler))
    return found


@given(st.integers(1, 40), st.integers(1, 4), st.integers(1, 3), st.integers(0, 5))
def test_shares_of_a_batch_together_are_the_batch_of_one_process(
    images: int, count: int, share: int, epoch: int
) -> None:
    order = EpochOrder(images, 3)
    order.set_epoch(epoch)
    sampler = SharedBatches(order, count * share, drop_last=True)
    shares = shares_of(sampler, count)
    (alone,) = shares_of(sampler, 1)
    together = [list(chain.from_iterable(parts)) for parts in zip(*shares, strict=True)]
    assert together == alone


@given(st.integers(1, 40), st.integers(1, 4), st.integers(1, 9))
def test_all_images_to_validate_on_are_read_once(images: int, count: int, batch: int) -> None:
    sampler = SharedInOrder(images, batch)
    if images < count:
        with pytest.raises(ShareError, match="fewer than the"), process(0, count):
            list(sampler)
        return
    shares = shares_of(sampler, count)
    read = [image for own in shares for part in own for image in part]
    assert sorted(read) == list(range(images))
    assert all(shares)


def test_a_last_batch_that_cannot_be_divided_is_told() -> None:
    sampler = SharedBatches(EpochOrder(5, 0), 8, drop_last=False)
    with pytest.raises(ShareError, match=r"batch of 5 images .* among 2 processes"), process(1, 2):
        list(sampler)


def test_shares_are_augmented_and_hidden_as_the_whole_batch_is() -> None:
    pixels = torch.randint(0, 256, (6, 1, 32, 32), dtype=torch.uint8)
    boxes = [torch.tensor([[4.0, 4.0, 20.0, 20.0, 1.0]])] * 6
    whole, moved = augment(pixels, boxes, (1, 2))
    hidden = hide_patches(pixels, (1, 2))
    for number in range(3):
        own = slice(2 * number, 2 * number + 2)
        part = (number, 3)
        pictures, edges = augment(pixels[own], boxes[own], (1, 2), part=part)
        assert torch.equal(pictures, whole[own])
        assert all(map(torch.equal, edges, moved[own]))
        assert torch.equal(hide_patches(pixels[own], (1, 2), part=part), hidden[own])


def test_the_mean_of_the_shares_losses_is_that_of_the_batch() -> None:
    layer = nn.Linear(3, 2)
    x, targets = torch.randn(4, 3), torch.rand(4, 2)
    weights = torch.tensor([[1.0, 1.0], [1.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
    balance = torch.ones(2)
    whole = cross_entropy(layer(x), targets, weights, balance)

    def reduced(tensor: torch.Tensor) -> None:
        tensor.copy_(weights.sum())

    parts = []
    for number in range(2):
        own = slice(2 * number, 2 * number + 2)
        loss = cross_entropy(layer(x[own]), targets[own], weights[own], balance)
        with process(number, 2), patch("torch.distributed.all_reduce", reduced):
            parts.append(as_of_the_whole_batch(loss, weights[own]))
    assert torch.allclose(torch.stack(parts).mean(), whole)
