"""The image side reads its part of params.yaml, and says as the text side does what is wrong."""

from pathlib import Path

import pytest

from command_line.settings_files import SettingsError
from model.settings import ModelSettings, load_settings, resolve_settings


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "params.yaml"


def refusal(path: Path | None, *assignments: str) -> str:
    with pytest.raises(SettingsError) as caught:
        resolve_settings(path, assignments)
    return str(caught.value)


def test_sections_of_the_text_side_are_its_own(params: Path) -> None:
    params.write_text("nlp: {worker: 3}\nmodel: {network: {epochs: 3}}", encoding="utf-8")
    assert load_settings(None).network.epochs == 3
    params.write_text("nlp: {workers: 3}", encoding="utf-8")
    assert load_settings(params) == ModelSettings()


def test_without_a_file_the_defaults_hold(params: Path) -> None:
    assert load_settings(None) == ModelSettings()


def test_an_unknown_key_is_named_with_the_keys_there_are(params: Path) -> None:
    params.write_text("model: {picture: {sise: 64}}", encoding="utf-8")
    assert refusal(None) == (
        "params.yaml: unknown key 'model.picture.sise' (did you mean 'size'?); "
        "the keys there are size"
    )


def test_a_wrong_choice_is_shown_with_what_is_allowed(params: Path) -> None:
    params.write_text("model: {regions: {source: detectr}}", encoding="utf-8")
    message = refusal(params)
    assert (
        "key 'model.regions.source' has the value 'detectr' (did you mean 'detector'?)" in message
    )


def test_a_section_that_holds_no_keys_is_not_passed_over(params: Path) -> None:
    params.write_text("model: [network]", encoding="utf-8")
    assert "key 'model' has the value ['network']" in refusal(params)


def test_one_finding_can_be_asked_for(params: Path) -> None:
    settings = resolve_settings(None, ["model.queries=[finding:atelectasis]"])
    assert settings.queries == ("finding:atelectasis",)


def test_classifiers_need_a_detector_only_where_they_start_from_it(params: Path) -> None:
    assert resolve_settings(None, []).classifiers_need_detector
    for other in ("model.classifier.start=weights", "model.regions.source=grid"):
        assert not resolve_settings(None, [other]).classifiers_need_detector


def test_the_command_line_goes_before_the_file(params: Path) -> None:
    params.write_text("model: {network: {epochs: 3, patience: 2}}", encoding="utf-8")
    network = resolve_settings(None, ["model.network.epochs=4"]).network
    assert (network.epochs, network.patience) == (4, 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nlp.workers=3", "'nlp.workers': settings that are read here start with 'model.'"),
        ("model=3", "start with 'model.'"),
        ("model.network.epochs", "not of the form KEY=VALUE"),
        ("model.network.epochs=0", "command line: key 'model.network.epochs' has the value 0"),
        ("model.targets.first=3", "'model.targets.first': 'targets' holds no keys"),
        ("model.network.epochs=[", "is not valid YAML"),
    ],
)
def test_what_is_no_setting_of_the_image_side_is_told(params: Path, text: str, words: str) -> None:
    assert words in refusal(None, text)


def test_a_cohort_that_may_be_missing_still_names_its_keys(params: Path) -> None:
    params.write_text("model: {cohorts: {severity: }}", encoding="utf-8")
    assert "severity" not in load_settings(None).cohorts.parts()
    params.write_text("model: {cohorts: {severity: {tabels: data}}}", encoding="utf-8")
    assert "(did you mean 'tables'?)" in refusal(None)
