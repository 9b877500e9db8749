"""Images, labels and boxes of the tables, in the form that torchvision's users train on."""

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader
from torchvision import tv_tensors
from torchvision.transforms import v2

from data_contracts.images import BOXES, IMAGES
from data_contracts.storage import read_table
from data_contracts.tables import LABELS
from pneumoloc.labelled_images import LabelledImages, LabelledImagesError

OPACITY = "finding:opacity"


@pytest.fixture(scope="module")
def data(trained: Path) -> Path:
    return trained / "data"


@pytest.fixture(scope="module")
def images(data: Path) -> LabelledImages:
    return LabelledImages(data, cohort="phantom_detector", size=64)


def test_a_sample_has_torchvisions_form(images: LabelledImages) -> None:
    boxed = 0
    for index in range(len(images)):
        image, target = images[index]
        assert isinstance(image, tv_tensors.Image)
        assert (image.shape, image.dtype) == ((1, 64, 64), torch.uint8)
        boxes = target["boxes"]
        assert isinstance(boxes, tv_tensors.BoundingBoxes)
        assert boxes.canvas_size == (64, 64)
        assert boxes.shape == (len(target["labels"]), 4)
        assert target["labels"].dtype == torch.int64
        assert target["concepts"].dtype == torch.float32
        assert target["known"].dtype == torch.bool
        assert len(target["concepts"]) == len(target["known"]) == len(images.concepts)
        assert target["image_id"] == index
        boxed += len(boxes) > 0
    assert boxed
    assert f"{len(images)} images" in repr(images)
    assert f"{boxed} with boxes" in repr(images)


def test_boxes_and_labels_are_those_of_the_tables(data: Path, images: LabelledImages) -> None:
    boxes = read_table(BOXES, data / "radiographs" / "boxes.parquet").to_pandas()
    listed = read_table(IMAGES, data / "radiographs" / "images.parquet").to_pandas()
    listed = listed.set_index("image_id")
    labels = read_table(LABELS, data / "labels.parquet").to_pandas().set_index("report_id")
    for index, image_id in enumerate(images.ids):
        _, target = images[index]
        own = boxes[boxes["image_id"] == image_id]
        assert [images.categories[number] for number in target["labels"]] == own["label"].tolist()
        # Pictures are squares of 64 pixels already.
        expected = torch.tensor(
            [[b.x, b.y, b.x + b.width, b.y + b.height] for b in own.itertuples()]
        ).reshape(-1, 4)
        assert torch.allclose(target["boxes"].as_subclass(torch.Tensor), expected, atol=1e-4)
        report = listed.loc[image_id, "report_id"]
        for place, concept in enumerate(images.concepts):
            value = labels.loc[report, concept] if report in labels.index else None
            known = value in (0, 1)
            assert bool(target["known"][place]) == known
            assert float(target["concepts"][place]) == (value if known else 0)


def test_one_concept_and_what_is_uncertain(data: Path) -> None:
    ignored = LabelledImages(data, target=OPACITY)
    assert ignored.concepts == (OPACITY,)
    soft = LabelledImages(data, target=[OPACITY], uncertain=0.5)
    hedged = (soft.values == 0.5) & soft.known
    assert hedged.any()
    assert not ignored.known[hedged].any()
    assert not ignored.values[~ignored.known].any()
    assert torch.equal(LabelledImages(data, target=OPACITY, uncertain=0).known, soft.known)


def test_boxes_alone_need_no_label_tables(data: Path) -> None:
    images = LabelledImages("nowhere", target=[], images=data / "radiographs", box_labels=[OPACITY])
    assert images.categories == ("__background__", OPACITY)
    _, target = images[0]
    assert target["concepts"].shape == (0,)
    assert "0 with labels of 0 concepts" in repr(images)


def test_splits_and_files(data: Path) -> None:
    whole = LabelledImages(data, cohort="phantom_training")
    parts = [
        LabelledImages(data, cohort="phantom_training", split=split)
        for split in ("train", "validate")
    ]
    assert 0 < sum(map(len, parts)) <= len(whole)
    assert not set(parts[0].ids) & set(parts[1].ids)
    assert whole.path(0).is_file()
    assert torch.equal(whole[-1][0], whole[len(whole) - 1][0])
    with pytest.raises(IndexError):
        whole[len(whole)]


def test_transforms_of_torchvision(data: Path) -> None:
    transforms = v2.Compose(
        [
            v2.RandomHorizontalFlip(p=1),
            v2.ToDtype(torch.float32, scale=True),
            v2.SanitizeBoundingBoxes(),
        ]
    )
    plain = LabelledImages(data, cohort="phantom_detector", size=64)
    flipped = LabelledImages(data, cohort="phantom_detector", size=64, transforms=transforms)
    index = next(i for i in range(len(plain)) if len(plain[i][1]["boxes"]))
    (image, target), (mirrored, moved) = plain[index], flipped[index]
    assert mirrored.dtype == torch.float32
    assert torch.allclose(mirrored, image.flip(-1) / 255)
    assert torch.allclose(moved["boxes"][:, 0], 64 - target["boxes"][:, 2])
    assert torch.equal(moved["concepts"], target["concepts"])


def as_floats(image: Any, target: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    return image.float() / 255, target


def test_other_processes_read_it(data: Path) -> None:
    images = LabelledImages(data, cohort="phantom_training", size=64, transforms=as_floats)
    again = pickle.loads(pickle.dumps(images))
    assert torch.equal(again[3][0], images[3][0])
    loader = DataLoader(images, batch_size=8, num_workers=2, collate_fn=images.collate)
    seen = [target["image_id"] for _, targets in loader for target in targets]
    assert seen == list(range(len(images)))


def test_torchvisions_detectors_learn_from_it(data: Path) -> None:
    from torchvision.models.detection import fasterrcnn_mobilenet_v3_large_320_fpn as build

    images = LabelledImages(data, cohort="phantom_detector", size=64, transforms=as_floats)
    boxed = next(i for i in range(len(images)) if len(images[i][1]["boxes"]))
    bare = next(i for i in range(len(images)) if not len(images[i][1]["boxes"]))
    pictures, targets = images.collate([images[boxed], images[bare]])
    detector = build(
        weights=None, weights_backbone=None, num_classes=len(images.categories), min_size=64
    )
    losses = detector(list(pictures), list(targets))
    assert all(loss.isfinite() for loss in losses.values())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cohort": "rsna"}, r"no image of cohort 'rsna'; it lists phantom_detector, phantom_loc"),
        ({"target": "opacity"}, "target 'opacity': no such concept; .*finding:opacity"),
        ({"size": 0}, "size=0; expected pixels"),
        ({"images": "nowhere"}, r"(?s)no images\.parquet in nowhere.*dvc repro"),
    ],
)
def test_what_is_not_there_is_said(data: Path, options: dict[str, Any], told: str) -> None:
    with pytest.raises(LabelledImagesError, match=told):
        LabelledImages(data, **options)


def test_a_folder_without_tables(tmp_path: Path) -> None:
    with pytest.raises(LabelledImagesError, match=r"no images\.parquet in .* or .*radiographs"):
        LabelledImages(tmp_path)
