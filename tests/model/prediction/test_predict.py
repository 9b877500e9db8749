"""One image gives boxes, attributes and severity; its report is not asked for."""

import json
import os
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from data_contracts.pictures.pixels import read_pixels
from data_contracts.pictures.unreadable import UnreadableImageError
from data_contracts.predictions import FOUND_BOXES, READINGS
from data_contracts.storage import read_table
from data_contracts.tables import QUARANTINE
from model.cli import app
from model.figures.reading import draw_reading
from model.prediction.exported import OUTPUTS, export_onnx
from model.prediction.predictor import (
    PredictionError,
    Predictor,
    image_files,
    load_predictor,
    predict,
)
from model.prediction.provenance import NO_DEVICE
from model.reading.findings import FoundBox
from model.reading.nested import merge_nested
from model.stages.predict import METADATA_KEY
from model.stages.predict import predict as stage
from model.tensors.square import fit_square, place_in_square


@pytest.fixture(scope="module")
def predictor(trained: Any) -> Predictor:
    return load_predictor(trained.models, trained.settings)


def radiographs(trained: Any) -> list[Path]:
    return sorted((trained.tables / "radiographs" / "pictures").rglob("*.jpg"))


@pytest.fixture
def wide(trained: Any, tmp_path: Path) -> Path:
    """A radiograph twice as wide as it is high, and larger than what the network sees."""
    path = tmp_path / "wide.png"
    with Image.open(radiographs(trained)[0]) as image:
        image.convert("L").resize((400, 200)).save(path)
    return path


def test_boxes_lie_in_the_images_own_pixels(predictor: Predictor, wide: Path) -> None:
    (one,) = predict([wide], predictor)
    assert not isinstance(one, UnreadableImageError)
    edges = np.array([box.edges for box in one.findings.boxes])
    assert (edges[:, 0] < edges[:, 2]).all()
    assert edges.min() >= 0
    assert edges[:, 2].max() <= 400
    assert edges[:, 3].max() <= 200
    # The square is as wide as the picture: its columns become the picture's.
    square = torch.from_numpy(fit_square(read_pixels(wide), predictor.size))[None, None]
    (found,) = predictor.finder(square)
    columns = found.boxes[:, [0, 2]].numpy() * 400 / predictor.size
    for left_and_right in edges[:, [0, 2]]:
        assert np.abs(columns - left_and_right).max(axis=1).min() < 1e-3


def test_without_a_detector_windows_are_read_but_not_exported(
    trained: Any, wide: Path, tmp_path: Path
) -> None:
    for needed in ("network", "evaluation"):
        shutil.copytree(trained.models / needed, tmp_path / "models" / needed)
    regions = trained.settings.regions.model_copy(update={"source": "grid"})
    settings = trained.settings.model_copy(update={"regions": regions})
    predictor = load_predictor(tmp_path / "models", settings)
    (one,) = predict([wide], predictor)
    assert not isinstance(one, UnreadableImageError)
    assert one.findings.boxes
    with pytest.raises(PredictionError, match=r"regions are a detector's.*source is 'grid'"):
        export_onnx(predictor, tmp_path / "model.onnx")


def test_a_folder_gives_tables_json_coco_and_pictures(
    trained: Any, wide: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (tmp_path / "notes.txt").write_text("no image")
    out = tmp_path / "out"
    summary = stage(settings=trained.settings, images=[tmp_path], models=trained.models, out=out)
    assert summary.counts["images"] == 1
    assert summary.counts["quarantined"] == 1
    (row,) = read_table(QUARANTINE, out / "quarantine.parquet").to_pylist()
    assert row["record_id"] == "broken.png"
    document = json.loads((out / "predictions.json").read_text())
    (plain,) = document["images"]
    coco = json.loads((out / "coco.json").read_text())
    boxes = read_table(FOUND_BOXES, out / "found_boxes.parquet").to_pylist()
    assert [box["shown"] for box in plain["boxes"]] == [box["shown"] for box in boxes]
    shown = [box for box in plain["boxes"] if box["shown"]]
    assert len(shown) == len(coco["annotations"]) == summary.counts["boxes"]
    assert (plain["width"], plain["height"]) == (400, 200)
    assert coco["images"] == [{"id": 1, "file_name": "wide.png", "width": 400, "height": 200}]
    for box, annotation in zip(shown, coco["annotations"], strict=True):
        assert annotation["bbox"][0] == pytest.approx(box["x"], abs=0.06)
    for box in boxes:
        assert box["shown"] == (box["score"] >= document["least_score"])
    assert len(read_table(READINGS, out / "readings.parquet")) == 1
    with Image.open(out / "overlays" / "wide.png.png") as overlay:
        assert overlay.width > overlay.height


def test_every_output_says_which_weights_and_that_it_is_no_device(
    trained: Any, wide: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    summary = stage(settings=trained.settings, images=[wide], models=trained.models, out=out)
    document = json.loads((out / "predictions.json").read_text())
    assert document["schema_version"] == 2
    assert document["pneumoloc"]
    assert datetime.fromisoformat(document["created"]).tzinfo is not None
    assert document["notice"] == NO_DEVICE
    assert document["weights"]["digest"].startswith("sha256:")
    learnt = {one["network"]: one for one in document["weights"]["trained_on"]}
    assert learnt["detector"]["cohort"] == "phantom_detector"
    assert 0 < learnt["network"]["patients"] <= learnt["network"]["images"]
    info = json.loads((out / "coco.json").read_text())["info"]
    files = sorted(out.glob("*.parquet"))
    assert {file.stem for file in files} == {"found_boxes", "maps", "quarantine", "readings"}
    heads = [json.loads(pq.read_schema(file).metadata[METADATA_KEY]) for file in files]
    del document["images"]
    assert [info["pneumoloc"], *heads] == [document] * 5
    digest = document["weights"]["digest"].removeprefix("sha256:")[:12]
    for text in (info["description"], " ".join(summary.notices)):
        assert NO_DEVICE in text
        assert f"digest {digest}" in text
        assert "Trained on: detector: phantom_detector, " in text


def test_boxes_below_the_threshold_are_not_drawn(predictor: Predictor, wide: Path) -> None:
    (one,) = predict([wide], predictor)
    assert not isinstance(one, UnreadableImageError)
    boxes = tuple(FoundBox((10 * n, 10, 10 * n + 8, 30), 1 - n / 10, {}) for n in range(5))
    findings = replace(one.findings, boxes=boxes)
    figure = draw_reading(one.picture, findings, 0.75, one.provenance.lines)
    axes, beside = figure.axes
    assert len(axes.patches) == 3
    told = beside.texts[0].get_text()
    assert "3 boxes, drawn from 0.75 on\n(2 less certain, not drawn)" in told
    assert findings.severity is not None
    assert f"extent {findings.severity.geographic_extent:.1f} of 8 (" in told
    caption = figure.get_supxlabel().replace("\n", " ")
    assert caption == " ".join(one.provenance.lines)


def test_nested_boxes_are_merged_where_they_are_shown_alone(
    predictor: Predictor, wide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = []

    def note(boxes: Any) -> Any:
        merged.append(boxes)
        return merge_nested(boxes)

    monkeypatch.setattr("model.prediction.predictor.merge_nested", note)
    (one,) = predict([wide], predictor)
    assert not isinstance(one, UnreadableImageError)
    (boxes,) = merged
    assert one.findings.boxes == merge_nested(boxes)


def test_the_command_says_what_it_found(trained: Any, wide: Path, tmp_path: Path) -> None:
    chosen = [f"--set=model.regions.per_image={trained.settings.regions.per_image}"]
    arguments = ["predict", str(wide), "--models", str(trained.models)]
    ran = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "found"), *chosen])
    assert ran.exit_code == 0, ran.output
    assert "images" in ran.output


def test_what_is_not_there_is_said(predictor: Predictor, trained: Any, tmp_path: Path) -> None:
    with pytest.raises(PredictionError, match=r"none\.png is not there"):
        image_files([tmp_path / "none.png"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(PredictionError, match="holds no DICOM, PNG or JPEG file"):
        image_files([tmp_path / "empty"])
    ran = CliRunner().invoke(app, ["predict", "x.png", "--models", str(tmp_path), "--out", "y"])
    assert ran.exit_code == 2
    assert "network/card.json is not there" in ran.output.replace("\n", "")


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        Image.new("L", (64, 64)).save(tmp_path / folder / "same.png")
    with pytest.raises(PredictionError, match="have one name"):
        image_files([tmp_path])


@pytest.fixture
def decided(trained: Any) -> Predictor:
    """Tells regions apart, which a detector after one epoch holds for equal but for rounding."""
    predictor = load_predictor(trained.models, trained.settings)
    with torch.no_grad():
        predictor.finder.detector.retinanet.head.classification_head.cls_logits.weight.mul_(100)
    return predictor


def chosen_by_rounding(square: torch.Tensor, predictor: Predictor) -> bool:
    """Whether other regions are likeliest where grey values differ by less than a hundredth."""
    noise = torch.rand(square.shape, generator=torch.Generator().manual_seed(0)) / 100
    with torch.inference_mode():
        (plain,), (noisy,) = predictor.finder(square), predictor.finder(square + noise)
    return plain.boxes.shape != noisy.boxes.shape or not torch.allclose(
        plain.boxes, noisy.boxes, rtol=0, atol=1e-3 * predictor.size
    )


def test_onnx_gives_what_python_gives(
    decided: Predictor, trained: Any, wide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    # Python reads regions as they are stored, in half precision, ONNX in full.
    monkeypatch.setattr(torch.Tensor, "half", torch.Tensor.float)
    path = tmp_path / "model.onnx"
    meaning = json.loads(export_onnx(decided, path).read_text())
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    compared = 0
    for picture in [wide, *radiographs(trained)[:8]]:
        pixels = read_pixels(picture)
        square = fit_square(pixels, decided.size)[None, None].astype(np.float32)
        if chosen_by_rounding(torch.from_numpy(square), decided):
            continue
        compared += 1
        height, width = pixels.shape
        whole = np.array([[0.0, 0.0, width, height]])
        frame = place_in_square(width, height, decided.size).to_square(whole)[0].astype(np.float32)
        ran = session.run(None, {"pixels": square, "frame": frame})
        outputs = dict(zip(OUTPUTS, ran, strict=True))
        there = outputs["there"] > 0
        with torch.inference_mode():
            (found,) = decided.finder(torch.from_numpy(square))
        assert there.sum() == len(found.boxes)
        assert np.abs(outputs["boxes"][there] - found.boxes.numpy()).max() < 1e-3 * decided.size
        findings = decided.read(pixels, "x")
        expected = [findings.probabilities[name] for name in meaning["attributes"]]
        assert np.abs(outputs["probabilities"] - expected).max() < 1e-3
        best = max(box.score for box in findings.boxes)
        assert abs(outputs["scores"][there].max() - best) < 1e-3
        assert findings.severity is not None
        assert abs(outputs["severity"][0] - findings.severity.geographic_extent) < 2e-3
    assert compared >= 5


def test_an_image_of_any_name_costs_no_other(
    trained: Any, tmp_path: Path, predictor: Predictor
) -> None:
    """The longest name that there is, one that is no UTF-8, a link that leads nowhere, a pipe."""
    folder = tmp_path / "images"
    folder.mkdir()
    long = "x" * 251 + ".jpg"
    for name in ("a.jpg", long, "sur\udcff.jpg"):
        shutil.copy(radiographs(trained)[0], folder / name)
    (folder / "nowhere.jpg").symlink_to("nothing")
    os.mkfifo(folder / "pipe.jpg")
    out = tmp_path / "out"
    stage(settings=trained.settings, images=[folder], models=trained.models, out=out)
    found = json.loads((out / "predictions.json").read_text(encoding="utf-8"))
    assert [image["image"] for image in found["images"]] == ["a.jpg", long]
    assert len(list((out / "overlays").iterdir())) == 2
    aside = read_table(QUARANTINE, out / "quarantine.parquet").column("record_id").to_pylist()
    assert aside == ["nowhere.jpg", "pipe.jpg", "sur?.jpg"]


@pytest.mark.parametrize(
    "least", ["NaN", "Infinity", "1e999", '"0.5"', "true", "null", "[" * 20_000, "9" * 400]
)
def test_a_threshold_that_no_score_reaches_is_told(
    trained: Any, tmp_path: Path, least: str
) -> None:
    """All boxes would be below it, and nothing would say why there are none."""
    models = shutil.copytree(trained.models, tmp_path / "models")
    (models / "evaluation" / "threshold.json").write_text(f'{{"least_score": {least}}}')
    with pytest.raises(PredictionError, match=r"threshold\.json: holds no least_score"):
        load_predictor(models, trained.settings)
