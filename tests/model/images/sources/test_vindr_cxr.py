"""VinDr-CXR's radiologists stay apart, and are merged where that is asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]
Read = Callable[..., Any]


@pytest.fixture
def root(tmp_path: Path, write_dicom: Write) -> Path:
    root = tmp_path / "vindr"
    for name in ("train/a", "train/b", "train/c", "train/stray", "test/d"):
        write_dicom(root / f"{name}.dicom")
    folder = root / "annotations"
    folder.mkdir()
    (folder / "annotations_train.csv").write_text(
        "image_id,rad_id,class_name,x_min,y_min,x_max,y_max\n"
        "a,R1,Infiltration,10,10,30,30\n"
        "a,R2,Infiltration,12,10,32,34\n"
        "a,R3,Nodule/Mass,50,50,60,60\n"
        "b,R1,No finding,,,,\n"
        "b,R2,No finding,,,,\n"
        "b,R3,Lung Opacity,1,1,20,20\n"
        "b,R3,Lung Opacity,x,1,20,20\n"
        "gone,R1,No finding,,,,\n"
    )
    (folder / "annotations_test.csv").write_text(
        "image_id,class_name,x_min,y_min,x_max,y_max\nd,Pleural effusion,5,5,25,45\n"
    )
    (folder / "image_labels_train.csv").write_text(
        "image_id,rad_id,Pneumonia,No finding\nc,R1,0,1\nc,R2,0,1\nc,R3,1,0\n"
    )
    return root


def test_boxes_are_apart_by_radiologist(tmp_path: Path, root: Path, read: Read) -> None:
    result = read("vindr_cxr", root, tmp_path / "out")
    assert [(row["image_id"], row["split"], row["path"]) for row in result.images] == [
        ("a", "train", "train/a.dicom"),
        ("b", "train", "train/b.dicom"),
        ("c", "train", "train/c.dicom"),
        ("d", "test", "test/d.dicom"),
    ]
    assert [(box["annotator"], box["label"], box["width"]) for box in result.boxes] == [
        ("R1", "finding:infiltrate", 20),
        ("R2", "finding:infiltrate", 20),
        ("R3", "Nodule/Mass", 10),
        ("R3", "finding:lung_opacity_any", 19),
        ("consensus", "finding:pleural_effusion", 20),
    ]
    table = "annotations/annotations_train.csv"
    assert result.against == {
        (table, 8): "malformed_box",
        (table, 9): "missing_image",
        ("train/stray.dicom", 0): "not_listed",
    }


def test_merged_by_votes_of_all_who_looked(tmp_path: Path, root: Path, read: Read) -> None:
    result = read("vindr_cxr", root, tmp_path / "out", merge_annotators=True)
    first, second = result.boxes
    # On image b one of three drew a box; the two who found nothing outvote it.
    assert (first["image_id"], first["annotator"], first["box_id"]) == ("a", "consensus", "a/0")
    assert [first[edge] for edge in ("x", "y", "width", "height")] == [11, 10, 20, 22]
    assert (second["image_id"], second["annotator"]) == ("d", "consensus")
    assert result.counts["boxes_merged_away"] == 3


def test_one_split_is_enough(tmp_path: Path, root: Path, read: Read) -> None:
    (root / "annotations/annotations_train.csv").unlink()
    assert read("vindr_cxr", root, tmp_path / "out").ids == ["d"]
