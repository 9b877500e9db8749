"""Graded zones are found where both lungs have a box, and tell methods' maps apart."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from data_contracts.contract import Contract
from data_contracts.images import BOXES, IMAGES, LUNG_ZONES, ZONE_SCORES
from data_contracts.storage import write_table
from model.crossvalidation.lungs import open_lungs
from model.crossvalidation.scoring import score_parts
from model.crossvalidation.zones import locate_zones, zone_grades
from model.scoring.localization import ImageBoxes
from model.scoring.overlap import as_boxes
from model.scoring.part_scores import score_rows
from model.scoring.scorecard import ScoredImage
from model.settings import CohortSettings, ModelSettings

#: Of pictures of 80 by 60 pixels.
RIGHT, LEFT = (0.0, 0.0, 40.0, 60.0), (40.0, 0.0, 40.0, 60.0)
SENIOR, JUNIOR = "senior radiologist", "junior radiologist"
SETTINGS = ModelSettings.model_validate({"evaluation": {"draws": 20}})


def write(contract: Contract, rows: list[dict[str, Any]], folder: Path) -> None:
    table = pa.Table.from_pylist(rows, contract.schema())
    write_table(contract, table, folder / f"{contract.name}.parquet")


def write_images(folder: Path, lungs: dict[str, tuple[str, ...]]) -> None:
    """Images, and which lungs of each have a box."""
    images = [
        {"image_id": name, "cohort": "covid", "path": name, "width": 80, "height": 60,
         "checksum": name, "picture_hash": "0", "subject_id": f"patient {name}"}
        for name in lungs
    ]  # fmt: skip
    boxes = [
        {"box_id": f"{name}/{n}", "image_id": name, "x": x, "y": y, "width": width,
         "height": height, "label": label, "annotator": "somebody"}
        for name, own in lungs.items()
        for n, label in enumerate(own)
        for x, y, width, height in [RIGHT if label == "Right Lung" else LEFT]
    ]  # fmt: skip
    write(IMAGES, images, folder)
    write(BOXES, boxes, folder)


def write_grades(folder: Path, graded: dict[tuple[str, str], list[int | None]]) -> None:
    rows = [
        {"image_id": name, "zone": zone, "score": grade, "annotator": annotator}
        for (name, annotator), grades in graded.items()
        for zone, grade in zip(LUNG_ZONES, grades, strict=True)
        if grade is not None
    ]
    write(ZONE_SCORES, rows, folder)


def test_the_seniors_grades_count_and_images_without_both_lungs_are_left_out(
    tmp_path: Path,
) -> None:
    both = ("Left Lung", "Right Lung")
    write_images(tmp_path, {"a": both, "b": ("Left Lung",), "c": (), "d": both, "e": both[:1] * 2})
    write_grades(
        tmp_path,
        {
            ("a", SENIOR): [0, 1, 2, 3, None, 0],
            ("a", JUNIOR): [3, 3, 3, 3, 3, 3],
            **{(name, SENIOR): [1, 0, 0, 0, 0, 0] for name in "bce"},
            ("d", JUNIOR): [1, 0, 0, 0, 0, 0],
        },
    )
    images = CohortSettings(tables=tmp_path)
    grades = zone_grades(images)
    assert set(grades) == {"a", "b", "c", "e"}
    located = locate_zones(grades, open_lungs(images))
    assert set(located) == {"a"}
    assert located["a"].grades.tolist() == pytest.approx([0, 1, 2, 3, np.nan, 0], nan_ok=True)
    # The patient's right lung is left in the picture.
    assert located["a"].boxes[0].tolist() == [0, 0, 40, 20]
    assert located["a"].boxes[5].tolist() == [40, 40, 80, 60]


def test_a_source_without_grades_has_no_zones(tmp_path: Path) -> None:
    assert zone_grades(CohortSettings(tables=tmp_path)) == {}


def scored(name: str, evidence: Any) -> ScoredImage:
    """An image without a box or a severity, as a method maps it."""
    boxes = ImageBoxes(name, f"patient {name}", as_boxes([]), np.zeros(0), as_boxes([]))
    return ScoredImage(boxes, 80, 60, evidence=evidence)


def test_maps_are_scored_on_graded_images_alone_and_held_against_ours(tmp_path: Path) -> None:
    both = ("Left Lung", "Right Lung")
    write_images(tmp_path, dict.fromkeys("abcd", both))
    write_grades(
        tmp_path,
        {
            ("a", SENIOR): [3, 0, 0, 0, 0, 0],
            ("b", SENIOR): [3, 3, 0, 0, 0, 0],
            ("c", SENIOR): [3, 3, 3, 0, 0, 0],
        },
    )
    images = CohortSettings(tables=tmp_path)
    zones = locate_zones(zone_grades(images), open_lungs(images))
    right = [scored(name, np.zeros((6, 2))) for name in "abcd"]
    for extent, image in enumerate(right, 1):
        assert image.evidence is not None
        image.evidence[: 2 * extent, 0] = 1.0
    level = [scored(name, np.ones((6, 2))) for name in "abcd"]
    severity_alone = [scored(name, None) for name in "abcd"]
    scores = {
        name: score_parts(found, zones, SETTINGS)
        for name, found in (("ours", right), ("level", level), ("mean", severity_alone))
    }
    assert scores["mean"] == {}
    rows, differences = score_rows(scores, "ours", seed=0)
    told = {(row["method"], row["score"]): row for row in rows}
    ours = told["ours", "zone_auroc"]
    assert (ours["cohort"], ours["subject"], ours["images"], ours["patients"]) == (
        "zones",
        "brixia",
        3,
        3,
    )
    assert ours["value"] == 1
    assert told["ours", "zone_sum_spearman"]["value"] == pytest.approx(1)
    assert told["level", "zone_auroc"]["value"] == 0.5
    assert told["level", "zone_sum_spearman"]["value"] is None
    less = {(row["method"], row["score"]): row["value"] for row in differences}
    assert less["level", "zone_auroc"] == -0.5
