"""CheXlocalize's outlines, and its masks where there are no outlines, become boxes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]
Read = Callable[..., Any]

# A mask of 70 rows and 80 columns, as pycocotools 2.0.11 encodes it: rows 10 to 29 of columns 20 to
# 23; rows 50 to 64 of columns 70 to 72, which touch row 65 of column 73 at a corner.
TWO_PARTS = "R\\1d0b100000lU3KYjL000?BR;"


@pytest.fixture
def root(tmp_path: Path, write_image: Write) -> Path:
    root = tmp_path / "both"
    for salt, name in enumerate(
        ("val/patient64541/study1/view1_frontal", "val/patient64541/study1/view2_lateral",
         "val/patient64542/study1/view1_frontal", "test/patient64741/study1/view1_frontal"),
    ):  # fmt: skip
        write_image(root / f"CheXpert/{name}.jpg", salt=salt * 60, quality=95)
    (root / "CheXlocalize").mkdir()
    outlines = {
        "patient64541_study1_view1_frontal": {
            "img_size": [140, 160],
            "Airspace Opacity": [
                [[20.0, 40.0], [60.0, 40.0], [50.0, 80.0]],
                [[100.0, 10.0], [120.0, 30.0], [110.0, 50.0]],
            ],
            "Lung Lesion": [[[1.0]], []],
        },
        "patient64543_study1_view1_frontal": {"img_size": [140, 160]},
        "a study": {},
    }
    (root / "CheXlocalize/gt_annotations_val.json").write_text(json.dumps(outlines))
    return root


def test_boxes_around_outlines(tmp_path: Path, root: Path, read: Read) -> None:
    result = read("chexlocalize", root, tmp_path / "out", all_views=True)
    assert [
        (row["image_id"], row["subject_id"], row["report_id"], row["split"], row["view"])
        for row in result.images
    ] == [
        ("patient64741_study1_view1_frontal", "patient64741", "patient64741/study1", "test",
         "FRONTAL"),
        ("patient64541_study1_view1_frontal", "patient64541", "patient64541/study1", "val",
         "FRONTAL"),
        ("patient64541_study1_view2_lateral", "patient64541", "patient64541/study1", "val",
         "LATERAL"),
        ("patient64542_study1_view1_frontal", "patient64542", "patient64542/study1", "val",
         "FRONTAL"),
    ]  # fmt: skip
    # The outlines count pixels of an image twice as large as the file.
    assert [
        (box["label"], box["x"], box["y"], box["width"], box["height"]) for box in result.boxes
    ] == [
        ("finding:lung_opacity_any", 10, 20, 20, 20),
        ("finding:lung_opacity_any", 50, 5, 10, 20),
    ]
    name = "gt_annotations_val.json"
    assert result.against == {
        (name, 1): "malformed_box",
        (f"{name} #2", 1): "malformed_box",
        (name, 2): "missing_image",
        (name, 3): "missing_id",
    }


def test_boxes_around_the_parts_of_masks(tmp_path: Path, root: Path, read: Read) -> None:
    masks = {
        "patient64741_study1_view1_frontal": {
            "Edema": {"size": [70, 80], "counts": TWO_PARTS},
            "Atelectasis": {"size": [70, 80], "counts": [70 * 80]},
            "Consolidation": {"size": [70, 80], "counts": [7]},
        }
    }
    (root / "gt_segmentations_test.json").write_text(json.dumps(masks))
    # Outlines say all that masks do; they are taken where both are there.
    (root / "gt_segmentations_val.json").write_text("no JSON")
    result = read("chexlocalize", root, tmp_path / "out")
    drawn = [box for box in result.boxes if box["image_id"].startswith("patient64741")]
    assert [(box["label"], box["x"], box["y"], box["width"], box["height"]) for box in drawn] == [
        ("finding:pulmonary_edema", 20, 10, 4, 20),
        ("finding:pulmonary_edema", 70, 50, 4, 16),
    ]
    assert result.against[("gt_segmentations_test.json", 1)] == "malformed_box"
