"""PadChest-GR's sentences become phrases of boxes, in pixels, apart by reader."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.images.sources.records import ImageSourceError

Write = Callable[..., Path]
Read = Callable[..., Any]

STUDIES = [
    {
        "StudyID": "s1",
        "ImageID": "one.png",
        "findings": [
            {
                "sentence_en": "A made-up effusion on the left.",
                "sentence_es": "Derrame inventado.",
                "abnormal": True,
                "boxes": [[0.5, 0.25, 0.75, 1.0]],
                "extra_boxes": [[0.5, 0.5, 0.75, 1.0]],
                "labels": ["pleural effusion", "effusion", "a label of no concept"],
                "locations": ["left"],
                "progression": None,
            },
            {"sentence_en": "Nothing else.", "abnormal": False},
            {"sentence_en": "x", "boxes": [[0.1, 0.1, "wide", 0.4]], "labels": ["mass"]},
            {"sentence_en": "x", "boxes": [[0.1, 0.1, 0.3, 0.4]], "labels": []},
            "no finding at all",
        ],
    },
    {"StudyID": "s2", "ImageID": "two.png", "findings": []},
    {"StudyID": "s3", "ImageID": "three.png", "findings": []},
    {"StudyID": "s4"},
]


@pytest.fixture
def root(tmp_path: Path, write_image: Write) -> Path:
    root = tmp_path / "gr"
    # 16 bits, as published; twice as wide as it is high.
    values = (np.arange(100 * 200, dtype=np.uint16) * 3).reshape(100, 200)
    write_image(root / "Padchest_GR_files/PadChest_GR/one.png", values)
    write_image(root / "PadChest_GR_progression_prior_studies/two.png", values[::-1].copy())
    (root / "grounded_reports_20240819.json").write_text(json.dumps(STUDIES))
    (root / "master_table.csv").write_text(
        "StudyID,ImageID,PatientID,split,label,label_group\n"
        "s1,one.png,p1,validation,pleural effusion,Pleural effusion\n"
        "s1,one.png,p1,validation,mass,Mass\ns2,two.png,p2,train,,\n"
    )
    return root


def test_boxes_are_grounded_in_pixels(tmp_path: Path, root: Path, read: Read) -> None:
    result = read("padchest_gr", root, tmp_path / "out")
    row = result.images[0]
    assert (row["image_id"], row["subject_id"], row["report_id"], row["split"], row["view"]) == (
        "one.png", "p1", "s1", "validation", "FRONTAL",
    )  # fmt: skip
    found = [
        (box["label"], box["annotator"], box["x"], box["y"], box["width"], box["height"])
        for box in result.boxes
    ]
    # Two of its three labels are one concept.
    assert found == [
        ("finding:pleural_effusion", "first reader", 100, 25, 50, 75),
        ("a label of no concept", "first reader", 100, 25, 50, 75),
        ("finding:pleural_effusion", "second reader", 100, 50, 50, 50),
        ("a label of no concept", "second reader", 100, 50, 50, 50),
    ]
    assert {box["phrase"] for box in result.boxes} == {"A made-up effusion on the left."}
    name = "grounded_reports_20240819.json"
    assert result.against == {
        (name, 1): "malformed_box unknown_label malformed_row",
        (name, 2): "missing_image",  # the earlier study of that name is another image
        (name, 3): "not_listed",
        (name, 4): "missing_id",
    }


def test_readers_are_merged_sentence_by_sentence(tmp_path: Path, root: Path, read: Read) -> None:
    result = read("padchest_gr", root, tmp_path / "out", merge_annotators=True)
    assert [(box["annotator"], box["y"], box["height"]) for box in result.boxes] == [
        ("consensus", 37.5, 62.5),
        ("consensus", 37.5, 62.5),
    ]


def test_a_json_of_another_kind_is_refused(tmp_path: Path, root: Path, read: Read) -> None:
    (root / "grounded_reports_20240819.json").write_text('{"a": "text of a patient"}')
    with pytest.raises(ImageSourceError, match="is no list of studies") as caught:
        read("padchest_gr", root, tmp_path / "out")
    assert "patient" not in str(caught.value).partition("json")[2]
