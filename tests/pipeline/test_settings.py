"""params.yaml says what is wrong with it: the key, the value, and what is allowed."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from command_line.settings_files import SettingsError, parse_assignment
from model.settings import ModelSettings
from model.settings import load_settings as model_settings
from pipeline.settings import (
    SOURCE_KINDS,
    Settings,
    load_settings,
    parse_settings,
    resolve_settings,
)

ROOT = Path(__file__).parents[2]


def refusal(raw: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        parse_settings(raw, "params.yaml")
    return str(caught.value)


def keys_of(raw: dict[str, Any], prefix: str = "") -> set[str]:
    keys = set()
    for key, value in raw.items():
        keys |= keys_of(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key}
    return keys


def test_params_yaml_is_complete_and_holds_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    written = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    defaults = Settings()
    of_model = {"model": ModelSettings().model_dump(mode="json")}
    assert keys_of(written) == keys_of(defaults.model_dump(mode="json") | of_model)
    assert model_settings(Path(ROOT / "params.yaml")) == ModelSettings()
    monkeypatch.chdir(ROOT)
    settings = load_settings(Path("params.yaml"))
    assert settings.nlp.lexicon.resolve() == defaults.nlp.lexicon
    same_lexicon = settings.nlp.model_copy(update={"lexicon": defaults.nlp.lexicon})
    assert settings.model_copy(update={"nlp": same_lexicon}) == defaults


def test_every_key_of_params_yaml_is_explained() -> None:
    lines = (ROOT / "params.yaml").read_text(encoding="utf-8").splitlines()
    sections = [at for at, line in enumerate(lines) if line and line[0].isalpha()]
    assert all(lines[at - 1].startswith("# ") for at in sections)


def test_an_unknown_key_is_named_with_the_keys_there_are() -> None:
    message = refusal({"nlp": {"worker": 3}})
    assert "params.yaml: unknown key 'nlp.worker' (did you mean 'workers'?)" in message
    assert "lexicon, model, workers" in message


def test_an_unknown_section_is_named_with_the_sections_there_are() -> None:
    assert "embed, label, nlp, phantom, source, vocabulary" in refusal({"labels": {}})


def test_an_unknown_column_role_lists_the_roles() -> None:
    message = refusal({"source": {"columns": {"body": "report"}}})
    assert "'source.columns.body'" in message
    assert "impression" in message


def test_a_wrong_kind_is_shown_with_those_that_are_allowed() -> None:
    message = refusal({"source": {"kind": "openi-csv"}})
    assert "key 'source.kind' has the value 'openi-csv' (did you mean 'openi_csv'?)" in message
    assert all(kind in message for kind in SOURCE_KINDS)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"nlp": {"workers": 0}}, ["'nlp.workers'", "0", "greater than or equal to 1"]),
        ({"embed": {"epochs": "many"}}, ["'embed.epochs'", "'many'", "integer"]),
        ({"vocabulary": {"keep": "all"}}, ["'vocabulary.keep'", "'all'", "tuple"]),
        ({"source": "openi.csv"}, ["'source'", "'openi.csv'", "SourceSettings"]),
        (["source"], ["the whole file", "Settings"]),
    ],
)
def test_a_wrong_value_is_named_with_its_key_and_what_is_allowed(
    raw: object, words: list[str]
) -> None:
    message = refusal(raw)
    assert [word for word in words if word not in message] == []


def test_all_faults_are_told_at_once() -> None:
    message = refusal({"nlp": {"workers": 0}, "embed": {"seed": -1}})
    assert len(message.splitlines()) == 2


def test_an_empty_file_means_the_defaults() -> None:
    assert parse_settings(None, "params.yaml") == Settings()


def test_a_file_that_is_not_yaml_or_not_there_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "params.yaml"
    broken.write_text("source: [", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"params\.yaml: not valid YAML"):
        load_settings(broken)
    with pytest.raises(SettingsError, match=r"other\.yaml: no such file"):
        load_settings(tmp_path / "other.yaml")


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert resolve_settings(None, {}) == Settings()


def test_the_file_of_the_working_directory_is_found_and_the_command_line_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "params.yaml").write_text("embed: {epochs: 2, window: 3}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    embed = resolve_settings(None, {"embed.window": 9}).embed
    assert (embed.epochs, embed.window) == (2, 9)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nlp.workers=4", ("nlp.workers", 4)),
        ("vocabulary.keep=[zone:apex]", ("vocabulary.keep", ["zone:apex"])),
        ("source.path=a=b.csv", ("source.path", "a=b.csv")),
        ("nlp.model=null", ("nlp.model", None)),
    ],
)
def test_an_assignment_is_read_as_yaml(text: str, expected: tuple[str, object]) -> None:
    assert parse_assignment(text) == expected


def test_a_setting_of_the_image_side_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"'model\.network\.epochs'.* by python -m model"):
        resolve_settings(None, {"model.network.epochs": 3})


@pytest.mark.parametrize("text", ["workers", "=4", "nlp.workers=["])
def test_what_is_no_assignment_is_shown(text: str) -> None:
    with pytest.raises(SettingsError, match=r"KEY=VALUE|not valid YAML"):
        parse_assignment(text)


@pytest.mark.parametrize(
    "value",
    [
        "2001-02-30",
        "!!int abc",
        "!!float x",
        "!!bool maybe",
        "9" * 5_000,
        "[" * 5_000,
        "{a",
        "\x00",
    ],
)
def test_a_value_that_yaml_cannot_read_is_told(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match="not valid YAML"):
        parse_assignment(f"nlp.workers={value}")
    params = tmp_path / "params.yaml"
    params.write_text(f"nlp:\n  workers: {value}\n")
    with pytest.raises(SettingsError, match="not valid YAML"):
        load_settings(params)
