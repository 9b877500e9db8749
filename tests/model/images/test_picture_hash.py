"""Copies of a picture are told from other pictures by their hashes."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from data_contracts.pictures.grey import Picture
from model.images.picture_hash import near_pairs, picture_hash


def film(seed: int, height: int = 480, width: int = 400) -> Picture:
    """Clouds of many sizes, as no two films have them alike."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width), np.float32)
    for side in (4, 8, 16, 32):
        coarse = Image.fromarray(rng.random((side, side), np.float32))
        total += np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))
    low, high = float(total.min()), float(total.max())
    scaled: Picture = (total - low) / (high - low)
    return scaled


def saved_again(picture: Picture) -> Picture:
    file = BytesIO()
    Image.fromarray((picture * 255).astype(np.uint8)).save(file, "JPEG", quality=60)
    return np.asarray(Image.open(file)).astype(np.float32) / 255


def halved(picture: Picture) -> Picture:
    height, width = picture.shape
    return np.asarray(Image.fromarray(picture).resize((width // 2, height // 2)))


@pytest.mark.parametrize(
    "copy",
    [
        saved_again,
        halved,
        lambda picture: picture**1.4,
        lambda picture: picture * 0.7 + 0.1,
        lambda picture: 1 - picture,
    ],
    ids=["saved again", "halved", "gamma", "contrast", "negative"],
)
def test_a_copy_is_near_and_other_pictures_are_not(copy: Callable[[Picture], Picture]) -> None:
    films = [picture_hash(film(seed)) for seed in range(30)]
    copies = [picture_hash(copy(film(seed)).astype(np.float32)) for seed in range(30)]
    assert [(near.row, near.other) for near in near_pairs(films, copies, 12)] == [
        (row, row) for row in range(30)
    ]


def test_a_cut_copy_is_farther_but_nearer_than_others() -> None:
    whole, cut = picture_hash(film(0)), picture_hash(film(0)[4:-4, 4:-4].copy())
    ((_, _, distance),) = near_pairs([whole], [cut, picture_hash(film(1))], 40)
    assert 0 < distance <= 40


def test_distance_counts_the_bits_that_differ() -> None:
    hashes = ["00" * 32, "07" + "00" * 31, "f0" * 32]
    assert [tuple(one) for one in near_pairs(hashes, hashes[:1], 3)] == [(0, 0, 0), (1, 0, 3)]
    assert [tuple(one) for one in near_pairs(["ff" * 32], hashes, 3)] == [(0, 0, 0), (0, 1, 3)]
    assert list(near_pairs([], hashes, 64)) == list(near_pairs(hashes, [], 64)) == []


def test_blocks_of_rows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    hashes = [rng.bytes(32).hex() for _ in range(40)]
    at_once = list(near_pairs(hashes, hashes, 60))
    monkeypatch.setattr("model.images.picture_hash._BLOCK", 90)
    assert list(near_pairs(hashes, hashes, 60)) == at_once
    assert {(row, row, 0) for row in range(40)} <= {tuple(one) for one in at_once}
