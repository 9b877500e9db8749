"""Texture: what regions of plain, striped and lumpy pictures are told by."""

import pytest
import torch
from torch import Tensor
from torchvision.ops import roi_align

from model.detector.texture import CELLS, LOOKS, STRIDE, read_texture, texture_maps

SIZE = 64
BOX = torch.tensor([[8.0, 16.0, 24.0, 48.0]])
NAMES = ("mean", "spread", "aside", "down", "fine", "above surroundings", "above other side")


def align(maps: Tensor, boxes: list[Tensor]) -> Tensor:
    found: Tensor = roi_align(maps, boxes, CELLS, 1 / STRIDE, sampling_ratio=2, aligned=True)
    return found


def looks(picture: Tensor, box: Tensor = BOX) -> dict[str, float]:
    """The texture of a box on a picture [S, S], beside a first stage that sees nothing."""
    stage = torch.zeros(1, 3, SIZE // STRIDE, SIZE // STRIDE)
    maps = texture_maps(picture[None, None].byte(), stage)
    read = read_texture(maps, [box], SIZE, align)
    assert read.shape == (1, 2 * 3 + LOOKS)
    return dict(zip(NAMES, read[0, -LOOKS:].tolist(), strict=True))


def test_a_plain_picture_has_brightness_and_nothing_else() -> None:
    found = looks(torch.full((SIZE, SIZE), 102.0))
    assert found.pop("mean") == pytest.approx(0.4, abs=1e-6)
    assert max(map(abs, found.values())) < 2e-3


def test_lines_across_change_downwards_and_lines_along_to_the_side() -> None:
    rows = (torch.arange(SIZE) % 4 < 2).float()[:, None].expand(SIZE, SIZE) * 200
    across, along = looks(rows), looks(rows.T)
    assert across["down"] > 0.3
    assert across["aside"] < 1e-6
    assert (along["aside"], along["down"]) == pytest.approx((across["down"], across["aside"]))
    # The mean of a cell is grey everywhere; its squares still know of the stripes.
    assert across["spread"] == pytest.approx(100 / 255, abs=0.01)
    assert across["fine"] > 0.2


def test_an_opacity_is_brighter_than_what_is_around_it_and_across() -> None:
    picture = torch.full((SIZE, SIZE), 50.0)
    left, top, right, bottom = BOX[0].int().tolist()
    picture[top:bottom, left:right] = 150
    found = looks(picture)
    assert found["above other side"] == pytest.approx(100 / 255, abs=0.03)
    assert 0.1 < found["above surroundings"] < 100 / 255
    mirrored = torch.tensor([[SIZE - 24.0, 16.0, SIZE - 8.0, 48.0]])
    assert looks(picture, mirrored)["above other side"] == pytest.approx(-100 / 255, abs=0.03)


def test_channels_of_the_first_stage_have_mean_and_spread() -> None:
    stage = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    maps = texture_maps(torch.zeros(1, 1, SIZE, SIZE, dtype=torch.uint8), stage)
    read = read_texture(maps, [torch.tensor([[0.0, 0.0, 64.0, 64.0]])], SIZE, align)
    assert torch.allclose(read[0, :3], stage.mean(dim=(2, 3))[0], atol=0.1)
    assert (read[0, 3:6] > 0.5).all()
    assert read.isfinite().all()


def test_without_boxes_there_is_no_texture() -> None:
    maps = texture_maps(torch.zeros(1, 1, SIZE, SIZE, dtype=torch.uint8), torch.zeros(1, 3, 16, 16))
    assert read_texture(maps, [torch.zeros(0, 4)], SIZE, align).shape == (0, 6 + LOOKS)
