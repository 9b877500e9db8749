"""The real files beside the project, where they are there: what their README counts is found."""

import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from command_line.summary import StageSummary, write_metrics
from data_contracts.images import BOXES, IMAGES, SEVERITY, ZONE_SCORES
from data_contracts.pictures.pixels import read_pixels
from data_contracts.storage import read_table
from data_contracts.tables import QUARANTINE
from model.images.picture_hash import near_pairs, picture_hash
from model.stages.images import images

SHARED = Path(__file__).parents[4] / "shared" / "cxr"


def run(kind: str, name: str, out: Path) -> StageSummary:
    if not (SHARED / name).is_dir():
        pytest.skip(f"the real files of {SHARED / name} are not there")
    return images(kind=kind, path=SHARED / name, out=out)


def test_rsna(tmp_path: Path) -> None:
    counts = run("rsna", "rsna", tmp_path).counts
    assert (counts["images"], counts["boxes"], counts["images_with_boxes"]) == (16, 10, 5)
    assert counts["quarantined"] == 0
    assert counts["patients_not_known"] == 16
    table = read_table(IMAGES, tmp_path / "images.parquet")
    assert set(table["view"].to_pylist()) == {"PA", "AP"}
    assert set(table["width"].to_pylist()) == {1024}
    assert table["spacing_x"].null_count == 0
    first = read_table(BOXES, tmp_path / "boxes.parquet").to_pylist()[0]
    assert [first[edge] for edge in ("x", "y", "width", "height")] == [264, 152, 213, 379]


def test_covid(tmp_path: Path) -> None:
    counts = run("covid", "covid", tmp_path).counts
    assert (counts["images"], counts["patients"], counts["scored"]) == (343, 196, 57)
    reasons = Counter(read_table(QUARANTINE, tmp_path / "quarantine.parquet")["reason"].to_pylist())
    # Four rows of the published table repeat a file; two lungs of one image have no box.
    assert reasons == {"duplicate_id": 4, "malformed_box": 2}
    boxes = read_table(BOXES, tmp_path / "boxes.parquet").to_pandas()
    assert boxes[boxes["label"] == "finding:opacity"]["image_id"].nunique() == 57
    zones = read_table(ZONE_SCORES, tmp_path / "zone_scores.parquet").to_pandas()
    assert (zones["image_id"].nunique(), len(zones)) == (115, 115 * 12)
    assert zones["score"].between(0, 3).all()
    scores = read_table(SEVERITY, tmp_path / "severity.parquet")
    assert max(scores["geographic_extent"].to_pylist()) <= 8
    table = read_table(IMAGES, tmp_path / "images.parquet")
    assert table["report_id"].equals(table["image_id"])


def test_chestxray14_without_its_images(tmp_path: Path) -> None:
    summary = run("chestxray14", "nih", tmp_path)
    assert summary.counts["images"] == 0
    assert summary.counts["quarantined_missing_image"] == 112_120
    assert summary.counts["quarantined_image_not_used"] == 984
    write_metrics(summary, tmp_path / "metrics.json")
    assert json.loads((tmp_path / "metrics.json").read_text())["boxes"] == 0
    lost = read_table(QUARANTINE, tmp_path / "quarantine.parquet")
    assert isinstance(lost, pa.Table)
    assert set(lost["file"].to_pylist()) == {"Data_Entry_2017_v2020.csv.gz", "BBox_List_2017.csv"}


def test_a_picture_that_two_data_sets_publish_is_one() -> None:
    """RSNA's DICOM file and ChestX-ray14's, at half the size, were written from one picture."""
    rsna = SHARED / "rsna" / "stage_2_train_images" / "00313ee0-9eaa-42f4-b0ab-c148ed3241cd.dcm"
    folder = SHARED / "nih" / "chestxray14" / "images"
    if not (rsna.is_file() and folder.is_dir()):
        pytest.skip(f"the real files of {SHARED} are not there")
    names = ["00028640_003.png", "00028640_008.png", "00002658_001.png"]
    files = [folder / name for name in names if (folder / name).is_file()]
    hashes = [picture_hash(read_pixels(file)) for file in files]
    found = near_pairs([picture_hash(read_pixels(rsna))], hashes, 12)
    assert [files[near.other].name for near in found] == ["00028640_003.png"]
