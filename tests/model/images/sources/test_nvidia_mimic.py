"""NVIDIA's boxes on MIMIC-CXR find their images by the tables of MIMIC-CXR-JPG."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from model.images.sources.records import ImageSourceError

Write = Callable[..., Path]
Read = Callable[..., Any]

REPORT = "FINAL REPORT\n IMPRESSION:  Large left pneumothorax seen."


def entry(number: int, name: str) -> dict[str, Any]:
    path = f"/datasets/v2hiqualnihsplit/{name}.jpg"
    size = {"width": 160, "height": 140}
    return {"id": number, "path": path, "file_name": f"{name}.jpg", "report": REPORT, **size}


def box(image_id: int, **values: Any) -> dict[str, Any]:
    return {"image_id": image_id, "category_id": 2, "bbox": [10, 10, 20, 20], **values}


@pytest.fixture
def root(tmp_path: Path, write_image: Write) -> Path:
    root = tmp_path / "mimic"
    write_image(root / "files/p10/p10000032/s50414267/front.jpg")
    (root / "mimic-cxr-2.0.0-metadata.csv").write_text(
        "dicom_id,subject_id,study_id,ViewPosition\n"
        "front,10000032,50414267,AP\nother,10000033,50414268,PA\n"
    )
    start = REPORT.index("Large")
    place = {"label_text_start": start, "label_text_end": start + len("Large left pneumothorax")}
    content = {
        "categories": [{"id": 1, "name": "pneumonia"}, {"id": 2, "name": "pneumothorax"}],
        "images": [entry(4, "front"), entry(6, "lost"), entry(7, "front")],
        "annotations": [
            box(4, label_text=" left pneumothorax "),
            box(4, bbox=[50, 50, 20, 20], **place),
            box(4, bbox=[90, 90, 20, 20], label_text_start=1, label_text_end=9999),
            box(4, bbox=["a", 2, 3, 4], **place),
        ],
    }
    (root / "boxes.json").write_text(json.dumps(content))
    return root


def test_phrases_and_patients(tmp_path: Path, root: Path, read: Read) -> None:
    result = read("nvidia_mimic", root, tmp_path / "out")
    row = result.images[0]
    assert (row["image_id"], row["subject_id"], row["report_id"], row["view"]) == (
        "front", "10000032", "s50414267", "AP",
    )  # fmt: skip
    assert [(found["label"], found["phrase"]) for found in result.boxes] == [
        ("finding:pneumothorax", "left pneumothorax"),
        ("finding:pneumothorax", "Large left pneumothorax"),
        ("finding:pneumothorax", None),
    ]
    assert result.boxes[0]["width"] == 10  # the JSON's pictures are twice as large
    assert result.against == {
        ("boxes.json#annotations", 4): "malformed_box",
        ("boxes.json#images", 2): "not_listed",
        ("boxes.json#images", 3): "duplicate_id",
    }


def test_a_json_elsewhere_and_no_text_of_reports_in_what_is_said(
    tmp_path: Path, root: Path, read: Read
) -> None:
    moved = (root / "boxes.json").rename(tmp_path / "moved.json")
    assert read("nvidia_mimic", root, tmp_path / "out", annotations=moved).ids == ["front"]
    quarantine = (tmp_path / "out/quarantine.parquet").read_bytes()
    assert b"pneumothorax" not in quarantine
    (root / "mimic-cxr-2.0.0-metadata.csv").unlink()
    with pytest.raises(ImageSourceError, match="has no mimic-cxr-") as caught:
        read("nvidia_mimic", root, tmp_path / "again", annotations=moved)
    assert "pneumothorax" not in str(caught.value)
