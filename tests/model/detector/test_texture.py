"""Texture: what regions of plain, striped and lumpy pictures are told by."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torchvision.ops import roi_align

from model.detector.texture import LOOKS, STRIDE, read_texture

SIZE = 64
BOX = torch.tensor([[8.0, 16.0, 24.0, 48.0]])
NAMES = ("mean", "spread", "aside", "down", "fine", "above surroundings", "above other side")


def looks(picture: Tensor, box: Tensor = BOX) -> dict[str, float]:
    """The texture of a box on a picture [S, S], beside a first stage that sees nothing."""
    stage = torch.zeros(1, 3, SIZE // STRIDE, SIZE // STRIDE)
    read = read_texture(picture[None, None].byte(), stage, box[None])
    assert read.shape == (1, 1, 2 * 3 + LOOKS)
    return dict(zip(NAMES, read[0, 0, -LOOKS:].tolist(), strict=True))


def test_a_plain_picture_has_brightness_and_nothing_else() -> None:
    found = looks(torch.full((SIZE, SIZE), 102.0))
    assert found.pop("mean") == pytest.approx(0.4, abs=1e-6)
    assert max(map(abs, found.values())) < 2e-3


def test_lines_across_change_downwards_and_lines_along_to_the_side() -> None:
    rows = (torch.arange(SIZE) % 4 < 2).float()[:, None].expand(SIZE, SIZE) * 200
    across, along = looks(rows), looks(rows.T)
    assert across["down"] > 0.3
    assert across["aside"] < 1e-6
    assert (along["aside"], along["down"]) == pytest.approx(
        (across["down"], across["aside"]), abs=1e-5
    )
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


BLANK = torch.zeros(1, 1, SIZE, SIZE, dtype=torch.uint8)
NOISE = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def test_channels_of_the_first_stage_have_mean_and_spread() -> None:
    read = read_texture(BLANK, NOISE, torch.tensor([[[0.0, 0.0, 64.0, 64.0]]]))
    assert torch.allclose(read[0, 0, :3], NOISE.mean(dim=(2, 3))[0], atol=0.1)
    assert (read[0, 0, 3:6] > 0.5).all()
    assert read.isfinite().all()


@given(
    left=st.floats(0, 60),
    top=st.floats(0, 60),
    width=st.floats(1, 64),
    height=st.floats(1, 64),
)
def test_means_are_those_of_region_alignment(
    left: float, top: float, width: float, height: float
) -> None:
    box = torch.tensor([[left, top, min(left + width, SIZE), min(top + height, SIZE)]])
    read = read_texture(BLANK, NOISE, box[None])
    aligned = roi_align(NOISE, [box], 4, 1 / STRIDE, sampling_ratio=2, aligned=True)
    assert torch.allclose(read[0, :, :3], aligned.mean(dim=(2, 3)), atol=1e-4)


def test_images_are_read_apart_from_each_other() -> None:
    boxes = torch.tensor([[[0.0, 0, 20, 20], [8, 8, 64, 30]], [[3.0, 40, 50, 60], [0, 0, 0, 0]]])
    stage = torch.cat([NOISE, -NOISE])
    both = read_texture(torch.cat([BLANK, BLANK + 90]), stage, boxes)
    own = read_texture(BLANK + 90, -NOISE, boxes[1:])
    assert torch.allclose(both[1], own[0], atol=1e-5)
    assert both.isfinite().all()


def test_without_boxes_there_is_no_texture() -> None:
    assert read_texture(BLANK, NOISE, torch.zeros(1, 0, 4)).shape == (1, 0, 6 + LOOKS)
