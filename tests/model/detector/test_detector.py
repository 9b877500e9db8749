"""The detector learns one batch, proposes apart, and its regions are read as torchvision reads."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torchvision.ops import box_iou

from model.detector.candidates import CandidateFinder
from model.detector.checkpoint import load_detector, save_detector
from model.detector.region_sources.grid import grid_windows
from model.detector.retinanet import Detector
from model.detector.texture import LOOKS
from model.registries.region_sources import REGION_SOURCES
from model.settings import BackboneSettings, RegionSettings

SIZE = 64
BACKBONE = BackboneSettings(channels=16)


@pytest.fixture
def detector(seed_shift: int) -> Detector:
    torch.manual_seed(seed_shift)
    return Detector(BACKBONE, SIZE, ("consolidation", "effusion"), ("consolidation",))


def batch() -> tuple[Tensor, list[Tensor]]:
    pixels = torch.full((4, 1, SIZE, SIZE), 40, dtype=torch.uint8)
    boxes = []
    for number in range(4):
        left = 4 + 8 * number
        pixels[number, :, 16:40, left : left + 24] = 230
        boxes.append(torch.tensor([[left, 16.0, left + 24.0, 40.0, 0.0]]))
    return pixels, boxes


def overlaps_of_the_likeliest(
    detector: Detector, pixels: Tensor, boxes: list[Tensor]
) -> list[float]:
    """IoU of each picture's likeliest region with its box."""
    detector.eval()
    with torch.no_grad():
        proposed = detector.propose(detector.features(pixels), 5, 0.3)
    detector.train()
    return [
        box_iou(own.boxes[:1], reference[:, :4]).item()
        for own, reference in zip(proposed, boxes, strict=True)
    ]


@pytest.mark.trains
def test_one_batch_can_be_learnt(detector: Detector) -> None:
    pixels, boxes = batch()
    assert min(overlaps_of_the_likeliest(detector, pixels, boxes)) < 0.5
    optimizer = torch.optim.AdamW(detector.parameters(), lr=1e-3)
    # As many steps as it takes, 5 to 20, which differ with the seed and with how a processor
    # rounds. Later ones may undo it: nothing holds back an anchor that half covers a box.
    for step in range(1, 151):
        loss = torch.stack(list(detector.losses(pixels, boxes).values())).sum()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(detector.parameters(), 1.0)
        optimizer.step()
        if step % 5 == 0 and min(overlaps_of_the_likeliest(detector, pixels, boxes)) > 0.8:
            break
    for overlap in overlaps_of_the_likeliest(detector, pixels, boxes):
        assert overlap > 0.5


def test_regions_lie_apart_inside_the_square_the_likeliest_first(detector: Detector) -> None:
    detector.eval()
    with torch.no_grad():
        (own, *_) = detector.propose(detector.features(batch()[0]), 6, 0.3)
    overlaps = box_iou(own.boxes, own.boxes).fill_diagonal_(0)
    # Of 0.3 and less before voting brings each to where the boxes around it lie.
    assert overlaps.max() < 0.5
    assert own.boxes.min() >= 0
    assert own.boxes.max() <= SIZE
    assert len(own.boxes) <= 6


def test_a_picture_without_boxes_can_be_learnt_from(detector: Detector) -> None:
    losses = detector.losses(batch()[0][:1], [torch.zeros(0, 5)])
    assert all(value.isfinite() for value in losses.values())


def test_texture_is_read_on_the_way_to_the_same_levels(detector: Detector) -> None:
    detector.eval()
    pixels = batch()[0]
    with torch.no_grad():
        levels, texture = detector.features_and_texture(pixels)
        for own, expected in zip(levels, detector.features(pixels), strict=True):
            assert torch.equal(own, expected)
    assert texture.shape == (4, 64, SIZE // 4, SIZE // 4)


def test_features_are_as_many_wherever_regions_come_from(detector: Detector) -> None:
    detector.eval()
    for source in REGION_SOURCES:
        settings = RegionSettings.model_validate({"source": source, "per_image": 4})
        found = CandidateFinder(detector, settings)(batch()[0])
        assert len(found) == 4
        assert found[0].features.shape == (len(found[0].boxes), 4 * 16 + 2 * 64 + LOOKS)
        assert found[0].features.isfinite().all()


def test_windows_cover_the_square_the_largest_first() -> None:
    windows = grid_windows(SIZE, 200)
    assert windows.min() == 0
    assert windows.max() == SIZE
    sides = windows[:, 2:] - windows[:, :2]
    areas = sides.prod(dim=1)
    assert areas[0] == areas.max()
    covered = torch.zeros(SIZE, SIZE, dtype=torch.bool)
    for left, upper, right, lower in windows.round().int().tolist():
        covered[upper:lower, left:right] = True
    assert covered.all()


def test_a_detector_comes_back_from_disk(detector: Detector, tmp_path: Path) -> None:
    save_detector(detector, BACKBONE, tmp_path)
    again = load_detector(tmp_path)
    detector.eval()
    with torch.no_grad():
        own = detector.propose(detector.features(batch()[0]), 5, 0.3)
        other = again.propose(again.features(batch()[0]), 5, 0.3)
    assert torch.equal(own[0].boxes, other[0].boxes)
    assert torch.equal(own[0].objectness, other[0].objectness)
