"""Detector, regions, network, baselines, predictions and scores, one after the other."""

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from data_contracts.contract import METADATA_KEY
from data_contracts.images import BOXES, LUNG_ZONES, ZONE_SCORES
from data_contracts.predictions import ATTENTION, DIFFERENCES, PREDICTIONS, READINGS, SCORES
from data_contracts.regions import REGIONS
from data_contracts.storage import read_table, write_table
from model.baselines.classifier import load_classifier
from model.baselines.reachable import reachable_share
from model.cli import app
from model.crossvalidation.folds import split_folds
from model.label_tables import LabelTablesError
from model.methods.ablations import ABLATIONS
from model.methods.registry import METHODS
from model.network.checkpoint import load_network
from model.settings import CohortSettings, ModelSettings
from model.stages.by_finding import by_finding
from model.stages.classifier import classifier
from model.stages.compare import CompareError, compare
from model.stages.crossvalidate import crossvalidate
from model.stages.detector import detector
from model.stages.evaluate import evaluate
from model.stages.network import network
from model.stages.predictions import predictions
from model.stages.regions import regions
from model.tensors.cohorts import CohortError, open_cohort
from model.tensors.scored import scored_cohorts
from model.training.card import WeightsError, check_vocabulary, read_card

SCORED_METHODS = {
    "cross_attention",
    "detector",
    "cam",
    "grad_cam",
    "layer_cam",
    "mean_boxes",
    "random",
}


def test_every_image_of_every_cohort_has_regions_inside_it(trained: Any) -> None:
    for part, settings in trained.settings.cohorts.parts().items():
        cohort = open_cohort(part, settings)
        table = read_table(REGIONS, trained.models / "regions" / f"{part}.parquet").to_pandas()
        assert set(table["image_id"]) == {image.image_id for image in cohort.images}
        assert (table.groupby("image_id").size() <= trained.settings.regions.per_image).all()
        assert (table["x"] >= 0).all()
        assert (table["x"] + table["width"] <= 64.01).all()
        assert table["objectness"].between(0, 1).all()
        assert table["features"].map(len).nunique() == 1


def test_finding_regions_again_reads_no_image(trained: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("model.stages.regions.find_regions", lambda *_: pytest.fail("read again"))
    out = trained.models / "regions"
    regions(settings=trained.settings, detector=trained.models / "detector", out=out)


def test_the_detectors_training_is_on_record(trained: Any) -> None:
    plots = trained.models / "record" / "plots" / "metrics"
    assert "validation_loss" in {path.stem for path in plots.rglob("*.tsv")}


def test_all_methods_are_scored_on_the_same_images_with_intervals(trained: Any) -> None:
    scores = read_table(SCORES, trained.models / "evaluation" / "scores.parquet").to_pandas()
    assert set(scores["method"]) == SCORED_METHODS
    known = scores.dropna(subset=["value", "low", "high"])
    assert (known["low"] <= known["value"] + 1e-9).all()
    assert (known["value"] <= known["high"] + 1e-9).all()
    accuracy = scores[(scores.score == "accuracy") & (scores.cohort == "localization")]
    assert accuracy.groupby("method")["images"].first().nunique() == 1
    markdown = (trained.models / "evaluation" / "scores.md").read_text(encoding="utf-8")
    assert all(f"| {method.replace('_', ' ')} |" in markdown for method in SCORED_METHODS)


def test_every_other_method_is_held_against_ours_over_the_same_patients(trained: Any) -> None:
    folder = trained.models / "evaluation"
    scores = read_table(SCORES, folder / "scores.parquet").to_pylist()
    key = ("cohort", "score", "subject", "overlap", "threshold", "at_false_positives")
    values = {(row["method"], *(row[name] for name in key)): row["value"] for row in scores}
    differences = read_table(DIFFERENCES, folder / "differences.parquet").to_pylist()
    assert {row["method"] for row in differences} == SCORED_METHODS - {"cross_attention"}
    located = [row for row in differences if row["cohort"] == "localization"]
    assert {row["score"] for row in located} == {
        "accuracy",
        "average_precision",
        "mean_sensitivity",
        "pointing",
        "sensitivity",
    }
    for row in located:
        named = tuple(row[name] for name in key)
        expected = values[row["method"], *named] - values["cross_attention", *named]
        assert row["value"] == pytest.approx(expected)
        assert row["low"] <= row["value"] <= row["high"]


def test_ours_says_more_than_boxes(trained: Any) -> None:
    folder = trained.models / "predictions" / "cross_attention" / "severity"
    readings = read_table(READINGS, folder / "readings.parquet").to_pylist()
    concepts = set(load_network(trained.models / "network").concepts)
    assert all({name for name, _ in row["probabilities"]} == concepts for row in readings)
    assert all(0 <= row["geographic_extent"] <= 8 for row in readings)
    assert all(0 <= row["opacity"] <= 6 for row in readings)
    boxes = read_table(PREDICTIONS, folder / "predictions.parquet").to_pylist()
    assert any(row["attributes"] for row in boxes)


def test_the_shares_of_an_attributes_attention_over_an_images_regions_sum_to_one(
    trained: Any,
) -> None:
    folder = trained.models / "predictions" / "cross_attention" / "localization"
    concepts = load_network(trained.models / "network").concepts
    shares: dict[tuple[str, str], float] = {}
    for row in read_table(ATTENTION, folder / "attention.parquet").to_pylist():
        for concept, share in row["shares"]:
            key = (row["image_id"], concept)
            shares[key] = shares.get(key, 0.0) + share
    images = len(scored_cohorts(trained.settings)["localization"].images)
    assert len(shares) == images * len(concepts)
    # Regions with less than can be seen are left out; there are six regions at most.
    assert all(1 - 6 * 0.005 <= share <= 1.001 for share in shares.values())


def test_every_methods_threshold_is_kept(trained: Any) -> None:
    kept = json.loads((trained.models / "evaluation" / "thresholds.json").read_text())
    assert set(kept) == SCORED_METHODS
    ours = json.loads((trained.models / "evaluation" / "threshold.json").read_text())
    assert kept["cross_attention"] == ours["least_score"]


def test_how_many_boxes_cells_can_form_is_told_beside_what_maps_found(
    trained: Any, tmp_path: Path
) -> None:
    counts = predictions(settings=trained.settings, models=trained.models, out=tmp_path).counts
    cohort = scored_cohorts(trained.settings)["localization"]
    assert counts["map_cells"] == 4
    assert counts["reachable_by_cells"] == round(reachable_share(cohort, 64, 4) or 0.0, 4)
    shutil.copytree(trained.models / "regions", tmp_path / "none" / "regions")
    shutil.copytree(trained.models / "network", tmp_path / "none" / "network")
    without = predictions(
        settings=trained.settings, models=tmp_path / "none", out=tmp_path / "without"
    )
    assert "map_cells" not in without.counts


def test_one_query_is_read_with_the_weights_of_all_attributes(trained: Any, tmp_path: Path) -> None:
    concepts = load_network(trained.models / "network").concepts
    query = next(name for name in reversed(trained.settings.queries) if name in concepts)
    one = trained.settings.model_copy(update={"queries": (query,)})
    predictions(settings=one, models=trained.models, out=tmp_path)
    for method in ("cross_attention", "cam", "grad_cam", "layer_cam"):
        inside = Path(method) / "localization"
        every, single = trained.models / "predictions" / inside, tmp_path / inside
        assert probabilities(single) == probabilities(every)
        boxes = read_table(PREDICTIONS, single / "predictions.parquet").to_pylist()
        assert boxes
        assert boxes != read_table(PREDICTIONS, every / "predictions.parquet").to_pylist()
        of_image = probabilities(single)
        assert all(box["score"] <= of_image[box["image_id"]][query] + 1e-6 for box in boxes)


def probabilities(folder: Path) -> dict[str, dict[str, float]]:
    """What a method gives each attribute, by image."""
    rows = read_table(READINGS, folder / "readings.parquet").to_pylist()
    return {row["image_id"]: dict(row["probabilities"]) for row in rows}


def test_a_classifier_may_start_without_a_detector(trained: Any, tmp_path: Path) -> None:
    own = trained.settings.classifier.model_copy(update={"start": "weights"})
    classifier(
        settings=trained.settings.model_copy(update={"classifier": own}),
        tables=trained.tables,
        detector=tmp_path / "none",
        out=tmp_path / "classifier",
    )
    concepts = load_classifier(trained.models / "classifier").concepts
    assert load_classifier(tmp_path / "classifier").concepts == concepts


def test_every_figure_is_there(trained: Any) -> None:
    names = {path.stem for path in (trained.models / "evaluation").glob("*.png")}
    assert names == {
        "accuracy_over_iou",
        "precision_recall",
        "froc",
        "severity",
        "overlays",
        "attention",
    }


def test_the_threshold_is_kept_for_prediction(trained: Any) -> None:
    kept = json.loads((trained.models / "evaluation" / "threshold.json").read_text())
    assert 0 <= kept["least_score"] <= 1


def test_a_vocabulary_that_differs_from_the_weights_is_told(trained: Any) -> None:
    folder = trained.models / "network"
    card = read_card(folder, "cross_attention")
    with pytest.raises(WeightsError, match=r"1 are new \(finding:unheard_of\); train again"):
        check_vocabulary(card, (*card.vocabulary, "finding:unheard_of"), folder)


def test_a_grid_of_windows_needs_no_box(small_settings: ModelSettings, tmp_path: Path) -> None:
    grid = small_settings.model_copy(
        update={"regions": small_settings.regions.model_copy(update={"source": "grid"})}
    )
    summary = regions(settings=grid, detector=tmp_path / "none", out=tmp_path / "regions")
    assert summary.counts["regions_detector"] == summary.counts["images_detector"] * 6


def test_a_cohort_that_is_not_listed_is_an_error_that_lists_those_that_are(
    small_settings: ModelSettings, tmp_path: Path
) -> None:
    other = small_settings.cohorts.detector.model_copy(update={"name": "rsna"})
    cohorts = small_settings.cohorts.model_copy(update={"detector": other})
    with pytest.raises(CohortError, match=r"no image of 'rsna'.*phantom_detector"):
        detector(settings=small_settings.model_copy(update={"cohorts": cohorts}), out=tmp_path)


def test_images_of_other_reports_are_told_apart(small_settings: ModelSettings) -> None:
    cohort = open_cohort("training", small_settings.cohorts.training)
    with pytest.raises(
        CohortError, match=r"no image of the 2 labelled reports; set model\.cohorts"
    ):
        cohort.with_reports({"CXR1", "CXR2"})


def test_images_that_are_missing_are_counted_and_named(
    small_settings: ModelSettings, tmp_path: Path
) -> None:
    elsewhere = small_settings.cohorts.detector.model_copy(update={"root": tmp_path})
    cohorts = small_settings.cohorts.model_copy(update={"detector": elsewhere})
    with pytest.raises(CohortError, match=r"(\d+) of \1 images are not below .*set model\.cohorts"):
        detector(
            settings=small_settings.model_copy(update={"cohorts": cohorts}), out=tmp_path / "out"
        )


def test_attributes_that_no_report_affirms_often_enough_are_an_error(
    trained: Any, tmp_path: Path
) -> None:
    rare = trained.settings.attributes.model_copy(update={"min_reports": 10_000})
    with pytest.raises(LabelTablesError, match=r"affirmed by 10000 reports"):
        network(
            settings=trained.settings.model_copy(update={"attributes": rare}),
            tables=trained.tables,
            regions=trained.models / "regions",
            out=tmp_path,
        )


def test_labels_of_another_contract_version_are_refused(trained: Any, tmp_path: Path) -> None:
    for name in ("labels", "vocabulary", "embeddings"):
        source = trained.tables / f"{name}.parquet"
        parts = sorted(source.glob("part-*")) if source.is_dir() else [source]
        target = tmp_path / f"{name}.parquet"
        if source.is_dir():
            target.mkdir()
        for part in parts:
            table = pq.read_table(part)
            metadata = dict(table.schema.metadata)
            if name == "labels":
                said = json.loads(metadata[METADATA_KEY])
                metadata[METADATA_KEY] = json.dumps({**said, "version": 99}).encode()
            destination = target / part.name if source.is_dir() else target
            pq.write_table(table.replace_schema_metadata(metadata), destination)
    with pytest.raises(ValueError, match="99"):
        network(
            settings=trained.settings,
            tables=tmp_path,
            regions=trained.models / "regions",
            out=tmp_path / "out",
        )


def test_check_holds_weights_against_the_tables(trained: Any, tmp_path: Path) -> None:
    arguments = ["check", str(trained.tables), "--weights", str(trained.models / "network")]
    fitting = CliRunner().invoke(app, [*arguments, "--set", "model.attributes.min_reports=3"])
    assert fitting.exit_code == 0, fitting.output
    other = CliRunner().invoke(app, [*arguments, "--set", "model.attributes.min_reports=20"])
    assert other.exit_code == 2
    assert "vocabulary differs from the tables'" in other.output
    assert "are no longer kept" in other.output


def test_a_missing_input_names_stage_path_and_the_next_command(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    for command, path, following in (
        (["regions", "--detector", nowhere], "nowhere/card.json", "python -m model detector"),
        (["evaluate", "--predictions", nowhere], "nowhere", "python -m model predictions"),
        (["network", "--tables", nowhere], "labels.parquet", "python -m pipeline label"),
    ):
        ran = CliRunner().invoke(app, command)
        assert ran.exit_code == 2
        assert f"{command[0]}: " in ran.output
        assert path in ran.output
        assert f"Next: {following}" in ran.output


def test_other_images_are_cross_validated_with_patients_apart(trained: Any, tmp_path: Path) -> None:
    images = _with_graded_zones(trained.settings.cohorts.training, tmp_path / "images")
    cohort = open_cohort("localization", images, ["finding:opacity"])
    for fold in split_folds(cohort, {}, 2, seed=0, same_picture=12):
        patients = [
            {image.subject_id for image in cohort.images if image.image_id in names}
            for names in (fold.train, fold.validation, fold.test)
        ]
        assert not patients[0] & patients[1]
        assert not patients[2] & (patients[0] | patients[1])
        assert sum(map(len, fold[1:])) == len(cohort.images)
    summary = crossvalidate(
        settings=trained.settings,
        images=images,
        targets=["finding:opacity"],
        tables=trained.tables,
        models=trained.models,
        out=tmp_path,
        folds=2,
    )
    scores = read_table(SCORES, tmp_path / "scores.parquet").to_pandas()
    ours = {"cross_attention", "cross_attention_as_is", "cross_attention_from_none"}
    located = set(scores[scores.cohort == "localization"]["method"])
    assert located == ours | {"detector", "cam", "grad_cam", "layer_cam", "mean_boxes", "random"}
    differences = read_table(DIFFERENCES, tmp_path / "differences.parquet").to_pylist()
    assert {row["method"] for row in differences} == located - {"cross_attention"}
    assert set(scores[scores.cohort == "severity"]["method"]) == ours | {
        "mean_predictor",
        "lung_intensity",
    }
    assert summary.counts["images_with_zones"] == 6
    assert summary.counts["images_with_zones_but_no_lungs"] == 2
    zones = scores[scores.cohort == "zones"]
    assert set(zones["method"]) == located
    assert set(zones["score"]) == {"zone_auroc", "zone_sum_spearman"}
    assert set(zones["images"]) == {6}


def _with_graded_zones(images: CohortSettings, tables: Path) -> CohortSettings:
    """The same images, eight of which have graded zones and six of these boxes of both lungs."""
    names = [image.image_id for image in open_cohort("training", images).images][:8]
    boxes = read_table(BOXES, images.tables / "boxes.parquet").to_pylist()
    for name in names[:6]:
        for x, label in ((4.0, "Right Lung"), (34.0, "Left Lung")):
            edges = {"x": x, "y": 8.0, "width": 26.0, "height": 48.0}
            own = {"box_id": f"{name}/{label}", "image_id": name, "label": label}
            boxes.append({**own, **edges, "annotator": "test"})
    grades = [
        {"image_id": name, "zone": zone, "score": (row + n) % 4, "annotator": "senior radiologist"}
        for row, name in enumerate(names)
        for n, zone in enumerate(LUNG_ZONES)
    ]
    shutil.copytree(images.tables, tables, ignore=shutil.ignore_patterns("*.png"))
    for contract, rows in ((BOXES, boxes), (ZONE_SCORES, grades)):
        table = pa.Table.from_pylist(rows, contract.schema())
        write_table(contract, table, tables / f"{contract.name}.parquet")
    return images.model_copy(update={"tables": tables, "root": images.pictures})


def test_seeds_are_compared_in_one_table_and_taken_up_again(
    trained: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    left_out = {one.name for one in ABLATIONS} - {"without_text"}
    fewer = tuple(method for method in METHODS if method.name not in left_out)
    monkeypatch.setattr("model.methods.registry.METHODS", fewer)
    given = {"settings": trained.settings, "tables": trained.tables, "out": tmp_path}
    compare(**given, seeds=1)
    monkeypatch.setattr("model.stages.compare.detector", lambda **_: pytest.fail("trained again"))
    summary = compare(**given, seeds=1)
    assert {"without_text", "hide_and_seek", "cross_attention"} <= set(
        read_table(SCORES, tmp_path / "scores.parquet")["method"].to_pylist()
    )
    assert "lead_over_cam" in summary.counts
    differences = read_table(DIFFERENCES, tmp_path / "differences.parquet").to_pylist()
    assert {row["compared_with"] for row in differences} == {"cross_attention"}
    shown = (tmp_path / "scores.md").read_text(encoding="utf-8")
    assert "Less cross attention, over the same patients:" in shown
    other = trained.settings.model_copy(update={"queries": ("finding:opacity",)})
    with pytest.raises(CompareError, match="holds a comparison with other settings"):
        compare(**{**given, "settings": other}, seeds=1)


def test_a_run_may_do_without_severity(trained: Any, tmp_path: Path) -> None:
    cohorts = trained.settings.cohorts.model_copy(update={"severity": None})
    settings = trained.settings.model_copy(update={"cohorts": cohorts})
    found, out = tmp_path / "predictions", tmp_path / "evaluation"
    counted = regions(
        settings=settings, detector=trained.models / "detector", out=tmp_path / "regions"
    ).counts
    assert "images_severity" not in counted
    predictions(settings=settings, models=trained.models, out=found)
    assert {path.name for path in (found / "cross_attention").iterdir()} == {
        "detector",
        "localization",
    }
    evaluate(settings=settings, tables=trained.tables, predictions=found, out=out)
    scores = read_table(SCORES, out / "scores.parquet")
    assert set(scores["cohort"].to_pylist()) == {"localization"}
    assert not (out / "severity.png").exists()
    assert (out / "overlays.png").exists()


def test_findings_are_scored_one_by_one_where_they_have_boxes(trained: Any, tmp_path: Path) -> None:
    summary = by_finding(
        settings=trained.settings, tables=trained.tables, models=trained.models, out=tmp_path
    )
    scores = read_table(SCORES, tmp_path / "scores.parquet").to_pandas()
    boxed = scored_cohorts(trained.settings)["localization"].kinds
    concepts = set(load_network(trained.models / "network").concepts)
    assert set(scores["cohort"]) == set(boxed) & concepts != set()
    for finding, own in scores.groupby("cohort"):
        assert set(own["method"]) == SCORED_METHODS
        # A flat map has no contrast, so that fewer images may count for that.
        boxed_images = own[own["score"] == "accuracy"]["images"]
        assert (boxed_images == summary.counts[f"images_{finding.partition(':')[2]}"]).all()
    differences = read_table(DIFFERENCES, tmp_path / "differences.parquet").to_pandas()
    assert set(differences["method"]) == SCORED_METHODS - {"cross_attention"}
