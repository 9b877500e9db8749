"""Regions go to their table and come back in batches: all of them, in an order of their own."""

from pathlib import Path

import numpy as np
import pytest

from data_contracts.regions import REGIONS
from data_contracts.storage import PartedTable
from model.tensors.cohorts import CohortError, CohortImage
from model.tensors.region_rows import ImageRegions, read_regions, region_table
from model.tensors.region_stream import RegionStream

IMAGES, PARTS, FEATURES = 40, 5, 7


def image(number: int) -> ImageRegions:
    """An image with 1 to 3 regions whose features all say which image it is."""
    rng = np.random.default_rng(number)
    count = 1 + number % 3
    low = rng.random((count, 2)) * 50
    return ImageRegions(
        CohortImage(f"i{number:03}", f"s{number}", None, None, "x.png", 100, 200),
        np.concatenate([low, low + 20], axis=1),
        rng.random(count).astype(np.float32),
        np.full((count, FEATURES), number, dtype=np.float16),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    table = PartedTable(REGIONS, tmp_path / "regions.parquet", "x")
    each = IMAGES // PARTS
    for part in range(PARTS):
        found = [image(number) for number in range(part * each, (part + 1) * each)]
        table.write_part(part, region_table(found))
    table.commit(PARTS)
    return tmp_path / "regions.parquet"


PLACES = {f"i{number:03}": number for number in range(IMAGES)}


def test_a_part_comes_back_as_it_was(path: Path) -> None:
    arrays = read_regions(min(path.glob("part-*")))
    for row, image_id in enumerate(arrays.image_ids):
        own = image(int(image_id[1:]))
        there = arrays.mask[row]
        assert np.allclose(arrays.boxes[row, there], own.boxes, atol=1e-4)
        assert np.array_equal(arrays.features[row, there], own.features)
        assert np.allclose(arrays.geometry[row, there][:, 2], own.boxes[:, 2] / 100, atol=1e-6)
        assert np.allclose(arrays.geometry[row, there][:, 4], 400 / 20_000, atol=1e-6)


def test_batches_bring_each_image_once_with_its_own_regions(path: Path) -> None:
    seen = []
    for batch in RegionStream(path, PLACES, 8, seed=0):
        assert len(batch.positions) == 8
        for place, regions, mask in zip(batch.positions, batch.regions, batch.mask, strict=True):
            assert int(mask.sum()) == 1 + int(place) % 3
            assert (regions[mask][:, :FEATURES] == place).all()
            assert (regions[~mask] == 0).all()
        seen += batch.positions.tolist()
    assert sorted(seen) == list(range(IMAGES))


def test_the_order_hangs_on_seed_and_epoch_alone(path: Path) -> None:
    def order(seed: int, epoch: int) -> list[int]:
        stream = RegionStream(path, PLACES, 8, seed)
        stream.sampler.set_epoch(epoch)
        return [place for batch in stream for place in batch.positions.tolist()]

    assert order(0, 1) == order(0, 1)
    assert order(0, 1) != order(0, 2)
    assert order(0, 1) != order(1, 1)


def test_without_a_seed_the_tables_order_is_kept_and_nothing_left_out(path: Path) -> None:
    stream = RegionStream(path, PLACES, 16, seed=None)
    batches = [batch.positions.tolist() for batch in stream]
    assert [len(batch) for batch in batches] == [16, 16, 8] == [16] * (len(stream) - 1) + [8]
    assert [place for batch in batches for place in batch] == list(range(IMAGES))


def test_images_that_have_no_regions_are_an_error(path: Path) -> None:
    with pytest.raises(CohortError, match="regions of 40 of 41 images"):
        list(RegionStream(path, {**PLACES, "new": 40}, 8, seed=0))
