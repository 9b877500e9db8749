"""Weights are gathered into a small folder that a clone predicts with, and that says what it is."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import pneumoloc
from command_line.settings_files import SettingsError
from data_contracts.pictures.pixels import read_pixels
from model.cli import app
from model.prediction import default_weights
from model.prediction.default_weights import KEPT, find_weights, settings_for
from model.prediction.exported_weights import export_weights, folder_size
from model.prediction.predictor import PredictionError, load_predictor
from model.prediction.provenance import NO_DEVICE
from model.prediction.weights_card import KeptWeightsError, read_kept_card

ABOUT: dict[str, Any] = {
    "name": "Phantom weights",
    "use": "To see how the method works.",
    "licence": "CC0.",
    "data": {
        name: {"title": f"Drawn for {name}", "licence": "None needed.", "source": "this program"}
        for name in ("phantom_detector", "phantom_training")
    },
    "tested_on": {"localization": "drawn radiographs", "severity": "scored drawn radiographs"},
    "fails": ["On everything that is not drawn."],
}


def write_about(path: Path, **changes: Any) -> Path:
    path.write_text(yaml.safe_dump({**ABOUT, **changes}))
    return path


def kept_from(trained: Any, out: Path, about: Path, **changes: Any) -> Any:
    arguments = {
        "models": trained.models,
        "settings": trained.settings,
        "about": about,
        "scores": [trained.models / "evaluation" / "scores.parquet"],
        "out": out,
        "limit": 20,
    }
    return export_weights(**{**arguments, **changes})


@pytest.fixture(scope="module")
def exported(trained: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone")
    kept_from(trained, folder / "weights", write_about(folder / "about.yaml"))
    return folder / "weights"


@pytest.fixture
def kept(exported: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(exported, tmp_path / "weights"))


@pytest.fixture
def in_a_clone(kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Work in a folder without anything trained, of a clone that keeps weights."""
    monkeypatch.setattr(default_weights, "KEPT", kept)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def a_radiograph(trained: Any) -> Path:
    found: Path = min((trained.tables / "radiographs" / "pictures").rglob("*.jpg"))
    return found


def test_the_folder_holds_what_prediction_needs_and_nothing_else(
    trained: Any, exported: Path
) -> None:
    found = sorted(str(path.relative_to(exported)) for path in exported.rglob("*.*"))
    assert found == [
        "README.md",
        "card.json",
        "detector/card.json",
        "detector/weights.safetensors",
        "evaluation/threshold.json",
        "network/card.json",
        "network/severity/card.json",
        "network/severity/weights.safetensors",
        "network/weights.safetensors",
    ]
    own = [trained.models / "detector", trained.models / "network"]
    assert folder_size(exported) < 0.75 * sum(map(folder_size, own))


def test_a_clone_predicts_with_it_at_once(trained: Any, in_a_clone: Path) -> None:
    image = a_radiograph(trained)
    ran = CliRunner().invoke(app, ["predict", str(image)])
    assert ran.exit_code == 0, ran.output
    assert NO_DEVICE in ran.output
    assert "Weights: Phantom weights, digest" in ran.output
    assert "(None needed)" in ran.output
    found = json.loads((in_a_clone / "findings" / "predictions.json").read_text())
    assert found["weights"]["name"] == "Phantom weights"
    assert {one["network"] for one in found["weights"]["trained_on"]} == {
        "detector",
        "network",
        "severity",
    }
    # Kept weights bring their settings: six regions an image, whatever the defaults are.
    assert len(found["images"][0]["boxes"]) <= trained.settings.regions.per_image
    model = pneumoloc.load()
    assert "Drawn for phantom_detector" in model.trained_on
    assert model.read(image).as_dict()["weights"] == found["weights"]


def test_half_precision_reads_nearly_as_the_whole_does(trained: Any, exported: Path) -> None:
    whole, half = load_predictor(trained.models, trained.settings), load_predictor(exported)
    assert half.least_score == whole.least_score
    picture = read_pixels(a_radiograph(trained))
    first, second = whole.read(picture, "x"), half.read(picture, "x")
    for name, probability in first.probabilities.items():
        assert second.probabilities[name] == pytest.approx(probability, abs=0.02), name
    assert first.severity is not None
    assert second.severity is not None
    assert second.severity.opacity == pytest.approx(first.severity.opacity, abs=0.1)


def test_its_settings_are_its_own(in_a_clone: Path, kept: Path) -> None:
    assert settings_for(kept).regions.per_image == 6
    ran = CliRunner().invoke(app, ["predict", "x.png", "--set", "model.regions.per_image=4"])
    assert ran.exit_code == 2
    assert "kept weights bring their settings" in ran.output.replace("\n", "")


def test_without_any_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(default_weights, "KEPT", tmp_path / "weights")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        KeptWeightsError, match=r"(?s)no weights are kept.*dvc repro.*--weights data"
    ):
        find_weights(None)
    (tmp_path / "data" / "network").mkdir(parents=True)
    (tmp_path / "data" / "network" / "card.json").touch()
    with pytest.raises(KeptWeightsError, match=r"some of your own here.*--weights data"):
        find_weights(None)
    assert find_weights(tmp_path / "data") == tmp_path / "data"
    ran = CliRunner().invoke(app, ["predict", "x.png"])
    assert ran.exit_code == 2
    assert "no weights are kept in this copy" in ran.output.replace("\n", " ")


def test_a_file_that_was_changed_is_told(kept: Path) -> None:
    threshold = kept / "evaluation" / "threshold.json"
    threshold.write_text('{"least_score": 0.0}')
    (kept / "network" / "severity" / "card.json").unlink()
    told = r"tells of: evaluation/threshold\.json, network/severity/card\.json; take all"
    with pytest.raises(KeptWeightsError, match=told):
        load_predictor(kept)


def test_a_card_that_is_none_is_told(kept: Path) -> None:
    card = json.loads((kept / "card.json").read_text())
    (kept / "card.json").write_text(json.dumps({**card, "schema_version": 7}))
    with pytest.raises(KeptWeightsError, match=r"of this release \(schema_version: "):
        read_kept_card(kept)
    del card["about"]["data"]["phantom_training"]
    (kept / "card.json").write_text(json.dumps(card))
    with pytest.raises(KeptWeightsError, match=r"about\.data lacks phantom_training"):
        read_kept_card(kept)
    (kept / "card.json").write_text("weights")
    with pytest.raises(KeptWeightsError, match="is no card of kept weights"):
        read_kept_card(kept)


def test_the_page_says_scores_data_licences_and_failures(exported: Path) -> None:
    page = (exported / "README.md").read_text()
    card = read_kept_card(exported)
    assert card is not None
    assert page.startswith(f"# Phantom weights\n\n**{NO_DEVICE}**")
    assert "- On everything that is not drawn." in page
    assert "- Drawn for phantom_training: None needed. this program" in page
    counts = {one.network: one for one in card.trained_on}
    assert f"| detector | Drawn for phantom_detector | {counts['detector'].images} |" in page
    titles = {one.title for one in card.scores}
    assert {"accuracy, IoU 0.5", "FROC, IoU 0.3", "pointing", "MAE, extent"} <= titles
    for score in card.scores:
        assert f"| {score.title} | {score.value:.3f}" in page
        assert score.low is None or score.low <= score.value


def test_the_command_writes_the_same(trained: Any, exported: Path, tmp_path: Path) -> None:
    about = write_about(tmp_path / "about.yaml")
    chosen = f"--set=model.regions.per_image={trained.settings.regions.per_image}"
    arguments = ["export-weights", str(tmp_path / "out"), "--about", str(about), chosen]
    ran = CliRunner().invoke(app, [*arguments, "--weights", str(trained.models)])
    assert ran.exit_code == 0, ran.output
    first, second = read_kept_card(exported), read_kept_card(tmp_path / "out")
    assert first is not None
    assert second is not None
    assert first.files == second.files


def without_counts(trained: Any, folder: Path) -> Path:
    """Weights of an older release, whose cards do not say what they were trained on."""
    models = folder / "models"
    for name in ("detector", "network", "evaluation"):
        shutil.copytree(trained.models / name, models / name)
    card = json.loads((models / "network" / "card.json").read_text())
    del card["trained_on"], card["digest"]
    (models / "network" / "card.json").write_text(json.dumps(card))
    return models


def test_what_cannot_be_passed_on_is_refused(trained: Any, tmp_path: Path) -> None:
    out, about = tmp_path / "out", write_about(tmp_path / "about.yaml")
    with pytest.raises(PredictionError, match=r"at most 0\.01 MB are kept"):
        kept_from(trained, out, about, limit=0.01)
    with pytest.raises(PredictionError, match="does not say what it was trained on"):
        kept_from(trained, out, about, models=without_counts(trained, tmp_path))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("all of it")
    with pytest.raises(PredictionError, match="holds something else than kept weights"):
        kept_from(trained, tmp_path / "mine", about)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["about.yaml", "mine", "models"]


@pytest.mark.parametrize(
    ("said", "error", "told"),
    [
        (
            {"data": {"phantom_detector": ABOUT["data"]["phantom_detector"]}},
            PredictionError,
            "'data' lacks phantom_training, which the weights were trained on",
        ),
        (
            {"tested_on": {"localization": "drawn radiographs"}},
            PredictionError,
            "the scores of cross_attention are on localization, severity",
        ),
        ({"fails": []}, SettingsError, "key 'fails'"),
        ({"licence": None}, SettingsError, "key 'licence'"),
    ],
)
def test_what_is_not_described_is_refused(
    trained: Any, tmp_path: Path, said: dict[str, Any], error: type[Exception], told: str
) -> None:
    about = write_about(tmp_path / "about.yaml", **said)
    with pytest.raises(error, match=told):
        kept_from(trained, tmp_path / "out", about)
    assert not (tmp_path / "out").exists()


def test_queries_of_another_vocabulary_are_refused(trained: Any, tmp_path: Path) -> None:
    about = write_about(tmp_path / "about.yaml")
    settings = trained.settings.model_copy(update={"queries": ("finding:unheard_of",)})
    with pytest.raises(ValueError, match="finding:unheard_of"):
        kept_from(trained, tmp_path / "out", about, settings=settings)


def test_what_training_started_from_has_its_licence_too(trained: Any, tmp_path: Path) -> None:
    models = tmp_path / "models"
    for name in ("detector", "network", "evaluation"):
        shutil.copytree(trained.models / name, models / name)
    path = models / "detector" / "card.json"
    path.write_text(
        json.dumps({**json.loads(path.read_text()), "pretrained": "package:bodies", "digest": None})
    )
    about = write_about(tmp_path / "about.yaml")
    with pytest.raises(PredictionError, match=r"lacks 'pretrained' .* from package:bodies"):
        kept_from(trained, tmp_path / "out", about, models=models)
    bodies = {"title": "Bodies", "licence": "MIT", "source": "a package"}
    about = write_about(tmp_path / "about.yaml", pretrained=bodies)
    kept_from(trained, tmp_path / "out", about, models=models)
    page = (tmp_path / "out" / "README.md").read_text()
    assert "Training started from Bodies." in page
    assert "- Bodies: MIT. a package" in page


def test_weights_of_an_older_release_say_that_they_do_not_know(
    trained: Any, tmp_path: Path
) -> None:
    provenance = load_predictor(without_counts(trained, tmp_path), trained.settings).provenance
    assert "network: " not in provenance.trained_on
    assert "detector: phantom_detector, " in provenance.trained_on


@pytest.mark.skipif(not KEPT.is_dir(), reason="no weights are kept in this copy")
def test_the_weights_of_this_repository_are_whole_and_small() -> None:
    assert folder_size(KEPT) <= 20_000_000
    predictor = load_predictor(KEPT)
    assert predictor.provenance.licence
    assert predictor.provenance.learnt
