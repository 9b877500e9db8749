"""A picture and its boxes are moved together."""

import torch

from model.training.augmentation import augment

SIZE = 64


def scene() -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Dark pictures with one bright rectangle, and its box."""
    pixels = torch.zeros(16, 1, SIZE, SIZE, dtype=torch.uint8)
    pixels[:, :, 20:40, 12:30] = 255
    return pixels, [torch.tensor([[12.0, 20.0, 30.0, 40.0, 1.0]])] * 16


def test_boxes_stay_on_what_they_enclose() -> None:
    pixels, boxes = scene()
    moved, moved_boxes = augment(pixels, boxes, (0, 1))
    for picture, own in zip(moved, moved_boxes, strict=True):
        rows, columns = (picture[0] > 128).nonzero().T
        assert abs(float(columns.min()) - own[0, 0]) < 2.5
        assert abs(float(columns.max()) + 1 - own[0, 2]) < 2.5
        assert abs(float(rows.min()) - own[0, 1]) < 2.5
        assert own[0, 4] == 1


def test_equal_seeds_give_equal_takes() -> None:
    pixels, boxes = scene()
    assert torch.equal(augment(pixels, boxes, (0, 1))[0], augment(pixels, boxes, (0, 1))[0])
    assert not torch.equal(augment(pixels, boxes, (0, 1))[0], augment(pixels, boxes, (0, 2))[0])


def test_where_labels_name_sides_nothing_is_mirrored() -> None:
    pixels, boxes = scene()
    moved, _ = augment(pixels, boxes, (3,), mirror=False)
    assert all((picture[0] > 128).nonzero()[:, 1].float().mean() < SIZE / 2 for picture in moved)
    mirrored, _ = augment(pixels, boxes, (3,))
    assert any((one[0] > 128).nonzero()[:, 1].float().mean() > SIZE / 2 for one in mirrored)
