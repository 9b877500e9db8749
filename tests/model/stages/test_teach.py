"""Attention's own boxes, where labels affirm an opacity, teach the next detector."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data_contracts.images import BOXES, IMAGES
from data_contracts.storage import read_table, write_table
from data_contracts.tables import LABELS
from model.settings import ModelSettings
from model.stages.detector import detector
from model.stages.teach import ANNOTATOR, teach, told_by
from model.tensors.apart import open_part
from model.tensors.cohorts import CohortError
from model.tensors.taught import open_taught
from tests.model.conftest import Trained


def _labels(**of_report: dict[str, int | None]) -> pa.Table:
    schema = LABELS.schema(("finding:pneumonia", "finding:opacity", "finding:pneumothorax"))
    rows: list[dict[str, Any]] = [
        {"report_id": name, "subject_id": name, "evidence": [], **values}
        for name, values in of_report.items()
    ]
    return pa.Table.from_pylist(rows, schema=schema)


def test_reports_that_affirm_a_query_are_told_from_those_that_affirm_nothing() -> None:
    labels = _labels(
        ill={"finding:pneumonia": 1},
        healthy={"finding:pneumonia": 0, "finding:opacity": 0},
        silent={},
        other={"finding:pneumonia": 0, "finding:pneumothorax": 1},
        open={"finding:opacity": -1},
        both={"finding:pneumonia": 1, "finding:opacity": -1},
    )
    told = told_by(labels, ("finding:pneumonia", "finding:opacity"))
    assert told.affirmed == {"ill", "both"}
    assert told.silent == {"healthy", "silent"}


@pytest.fixture(scope="module")
def taught(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("taught")
    summary = teach(
        settings=trained.settings, tables=trained.tables, models=trained.models, out=out
    )
    assert summary.counts["taught_images"] > 0
    return out


def test_images_are_those_to_train_on_whose_labels_affirm_or_say_nothing(
    trained: Trained, taught: Path
) -> None:
    images = {
        row["image_id"]: row for row in read_table(IMAGES, taught / "images.parquet").to_pylist()
    }
    boxes = read_table(BOXES, taught / "boxes.parquet").to_pylist()
    told = told_by(read_table(LABELS, trained.tables / "labels.parquet"), trained.settings.queries)
    train = {
        image.image_id for image in open_part("training", trained.settings).of_split("train").images
    }
    boxed = {row["image_id"] for row in boxes}
    assert boxed <= images.keys() <= train
    for name, image in images.items():
        assert image["report_id"] in (told.affirmed if name in boxed else told.silent)


def test_boxes_lie_on_their_image_and_are_few(trained: Trained, taught: Path) -> None:
    images = {
        row["image_id"]: row for row in read_table(IMAGES, taught / "images.parquet").to_pylist()
    }
    counts: dict[str, int] = {}
    for box in read_table(BOXES, taught / "boxes.parquet").to_pylist():
        image = images[box["image_id"]]
        assert 0 <= box["x"] <= box["x"] + box["width"] <= image["width"]
        assert 0 <= box["y"] <= box["y"] + box["height"] <= image["height"]
        assert box["annotator"] == ANNOTATOR
        assert box["label"] in trained.settings.targets
        counts[box["image_id"]] = counts.get(box["image_id"], 0) + 1
    assert max(counts.values()) <= trained.settings.teaching.most_boxes


def test_equal_weights_teach_the_same(trained: Trained, taught: Path, tmp_path: Path) -> None:
    teach(settings=trained.settings, tables=trained.tables, models=trained.models, out=tmp_path)
    for name in ("images.parquet", "boxes.parquet"):
        assert (tmp_path / name).read_bytes() == (taught / name).read_bytes()


def test_the_next_detector_learns_from_both_and_its_card_says_so(
    trained: Trained, taught: Path, tmp_path: Path
) -> None:
    summary = detector(settings=trained.settings, out=tmp_path / "detector", taught=taught)
    count = read_table(IMAGES, taught / "images.parquet").num_rows
    assert summary.counts["taught_images"] == count
    card = json.loads((tmp_path / "detector" / "card.json").read_text())
    assert [one["images"] for one in card["trained_on"]] == [summary.counts["images"], count]
    alone = (trained.models / "detector" / "weights.safetensors").read_bytes()
    assert (tmp_path / "detector" / "weights.safetensors").read_bytes() != alone


def test_an_image_that_the_cohort_with_boxes_has_is_not_taught(
    trained: Trained, tmp_path: Path
) -> None:
    # Both cohorts are the same images: radiologists' boxes are there for each.
    cohorts = trained.settings.cohorts
    same = cohorts.model_copy(update={"detector": cohorts.training, "shared_patients": "leave_out"})
    settings = trained.settings.model_copy(update={"cohorts": same})
    with pytest.raises(CohortError, match="beside those of the cohort with boxes"):
        teach(settings=settings, tables=trained.tables, models=trained.models, out=tmp_path)
    assert list(tmp_path.iterdir()) == [] or not (tmp_path / "images.parquet").exists()


def test_where_attention_finds_nothing_there_is_nothing_to_teach(
    trained: Trained, tmp_path: Path
) -> None:
    labels = read_table(LABELS, trained.tables / "labels.parquet")
    for name in trained.settings.queries:
        place = labels.schema.get_field_index(name)
        field = labels.schema.field(place)
        labels = labels.set_column(place, field, pa.array([0] * len(labels), field.type))
    (tmp_path / "tables").mkdir()
    write_table(LABELS, labels, tmp_path / "tables" / "labels.parquet")
    with pytest.raises(CohortError, match="nothing to teach"):
        teach(
            settings=trained.settings,
            tables=tmp_path / "tables",
            models=trained.models,
            out=tmp_path / "out",
        )


def _opened(trained: Trained, taught: Path, settings: ModelSettings) -> Any:
    return open_taught(taught, settings, trained.settings.targets)


def test_taught_boxes_of_another_kind_are_refused(trained: Trained, taught: Path) -> None:
    with pytest.raises(CohortError, match="run model teach again"):
        open_taught(taught, trained.settings, ("finding:nodule",))


def test_images_that_are_held_back_since_are_refused(trained: Trained, taught: Path) -> None:
    cohorts = trained.settings.cohorts
    swapped = {"training": cohorts.detector, "detector": cohorts.training}
    cohorts = cohorts.model_copy(update=swapped)
    settings = trained.settings.model_copy(update={"cohorts": cohorts})
    with pytest.raises(CohortError, match="not among those to train on"):
        _opened(trained, taught, settings)


def test_kinds_of_taught_boxes_are_those_of_the_detector(trained: Trained, taught: Path) -> None:
    cohort = _opened(trained, taught, trained.settings)
    labels = {
        row["box_id"]: row["label"]
        for row in read_table(BOXES, taught / "boxes.parquet").to_pylist()
    }
    for image, kinds in cohort.kind_of.items():
        for number, kind in enumerate(kinds.tolist()):
            assert cohort.kinds[kind] == labels[f"{image}/{number}"]
