"""Each reproduction is a pipeline that runs as it stands: settings, commands, inputs, outputs."""

import os
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import pytest
import typer
import yaml
from dvc.schema import COMPILED_MULTI_STAGE_SCHEMA
from dvc.utils.serialize import load_yaml

import model.cli
import pipeline.cli
from model.reporting.published import read_published
from model.settings import ModelSettings
from model.settings import load_settings as load_model_settings
from pipeline.settings import Settings
from pipeline.settings import load_settings as load_pipeline_settings

ROOT = Path(__file__).parents[1]
FOLDERS = {path.parent.name: path.parent for path in ROOT.glob("reproductions/*/dvc.yaml")}
STAGES = [
    (name, stage) for name in FOLDERS for stage in load_yaml(FOLDERS[name] / "dvc.yaml")["stages"]
]
COMMANDS = {"model": model.cli.app, "pipeline": pipeline.cli.app}
REFERENCE = re.compile(r"\$\{([\w.]+)\}")
#: A section that the settings do not know: what dvc.yaml alone reads.
OWN = "reproduction"
PACKAGES = ("pipeline", "model", "data_contracts")
#: As in tests/test_dvc.py.
NOT_TABLES = {
    f"{package}{part}" for package in ("pipeline", "model") for part in ("", ".stages", ".settings")
}
REGISTRIES = "model.registries"
#: Stages whose module is not called as the command is.
STAGE_MODULES = {("pipeline", "labels"): "published_labels"}


@cache
def import_graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None)


@cache
def params(name: str) -> Any:
    return yaml.safe_load((FOLDERS[name] / "params.yaml").read_text(encoding="utf-8"))


def value_at(values: Any, dotted: str) -> Any:
    for key in dotted.split("."):
        assert isinstance(values, dict), dotted
        assert key in values, f"no '{dotted}' in params.yaml"
        values = values[key]
    return values


def filled(name: str, text: str) -> str:
    """A text of dvc.yaml with the values of params.yaml in it."""
    return REFERENCE.sub(lambda found: str(value_at(params(name), found[1])), text)


def stage_of(name: str, stage: str) -> dict[str, Any]:
    found: dict[str, Any] = load_yaml(FOLDERS[name] / "dvc.yaml")["stages"][stage]
    return found


def commands(name: str, stage: str) -> list[list[str]]:
    given = stage_of(name, stage)["cmd"]
    return [
        shlex.split(filled(name, one)) for one in ([given] if isinstance(given, str) else given)
    ]


def entries(name: str, stage: str, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
    """Paths or keys that a stage lists, with what it says of them."""
    found = [one for kind in kinds for one in stage_of(name, stage).get(kind, [])]
    return [next(iter(one.items())) if isinstance(one, dict) else (one, {}) for one in found]


def places(name: str, stage: str, *kinds: str) -> list[Path]:
    """Files and folders, below the project's root."""
    return [place(name, filled(name, path)) for path, _ in entries(name, stage, *kinds)]


def place(name: str, path: str) -> Path:
    """A path as a reproduction's files have it, from the project's root."""
    return Path(os.path.relpath(FOLDERS[name] / path, ROOT))


def stage_module(package: str, command: str) -> str:
    own = STAGE_MODULES.get((package, command), command.replace("-", "_"))
    return f"{package}.stages.{own}"


@cache
def made() -> frozenset[Path]:
    return frozenset(path for one in STAGES for path in places(*one, "outs"))


def leaves(values: Any, *above: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(values, dict):
        for key, value in values.items():
            yield from leaves(value, *above, key)
    else:
        yield above, values


def test_there_are_reproductions() -> None:
    assert FOLDERS


@pytest.mark.parametrize("name", FOLDERS)
def test_dvc_takes_its_stages(name: str) -> None:
    COMPILED_MULTI_STAGE_SCHEMA(load_yaml(FOLDERS[name] / "dvc.yaml"))


@pytest.mark.parametrize("name", FOLDERS)
def test_its_settings_are_those_of_both_packages(name: str) -> None:
    load_model_settings(FOLDERS[name] / "params.yaml")
    load_pipeline_settings(FOLDERS[name] / "params.yaml")


@pytest.mark.parametrize("name", FOLDERS)
def test_its_settings_say_only_what_differs(name: str) -> None:
    own = {key: value for key, value in params(name).items() if key != OWN}
    defaults = {
        **Settings().model_dump(mode="json"),
        "model": ModelSettings().model_dump(mode="json"),
    }
    same = []
    for path, value in leaves(own):
        default: Any = defaults
        for key in path:
            default = default[key]
        if value == default:
            same.append(".".join(path))
    assert same == []


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_its_commands_and_their_options_exist(name: str, stage: str) -> None:
    for python, module, package, command, *arguments in commands(name, stage):
        assert (python, module) == ("python", "-m")
        group: Any = typer.main.get_command(COMMANDS[package])
        assert command in group.commands
        # Raises where an option is unknown, or an argument is missing or one too many.
        group.commands[command].make_context(command, arguments)


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_what_it_names_of_params_is_there(name: str, stage: str) -> None:
    for key, _ in entries(name, stage, "params"):
        value_at(params(name), key)
    for key in REFERENCE.findall(str(stage_of(name, stage))):
        value_at(params(name), key)


@pytest.mark.parametrize("name", FOLDERS)
def test_every_setting_that_changes_a_table_reaches_a_stage(name: str) -> None:
    free = ("model.hardware", "model.radiographs.workers", "model.tracking", "nlp.workers", OWN)
    given = {
        f"{key}."
        for one, stage in STAGES
        if one == name
        for key, _ in entries(one, stage, "params")
    }
    dotted = [".".join(path) for path, _ in leaves(params(name))]
    unread = [
        key
        for key in dotted
        if not key.startswith(free) and not any(f"{key}.".startswith(one) for one in given)
    ]
    assert unread == []


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_each_input_is_in_the_project_made_by_a_stage_or_the_users(name: str, stage: str) -> None:
    users = {place(name, str(value)) for _, value in leaves(params(name).get(OWN, {}))}
    others = {path.parent for path in ROOT.glob("reproductions/*/*")} - set(FOLDERS.values())
    for path in places(name, stage, "deps"):
        brought = any(path.is_relative_to(one) for one in users)
        if any((ROOT / path).is_relative_to(one) for one in others):
            pytest.skip(f"the reproduction that makes {path} has no stages yet")
        inside = any(path.is_relative_to(one) for one in made())
        assert brought or inside or (ROOT / path).exists(), path


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_all_the_code_a_stage_imports_is_among_its_inputs_and_no_other(
    name: str, stage: str
) -> None:
    deps = places(name, stage, "deps")
    given = [path.with_suffix("") for path in deps]
    used: set[str] = set()
    for _, _, package, command, *_ in commands(name, stage):
        module = stage_module(package, command)
        used |= {module, *import_graph().find_upstream_modules(module)}
    files = {Path(*one.split(".")) for one in used - NOT_TABLES if not one.startswith(REGISTRIES)}
    missing = {file for file in files if not any(file.is_relative_to(path) for path in given)}
    assert missing == set()
    # Texts that code reads, such as headings, are no modules.
    code = [path for path in deps if path.parts[0] in PACKAGES and path.suffix != ".txt"]
    every = {Path(*one.split(".")) for one in used}
    assert [
        path for path in code if not any(one.is_relative_to(path.with_suffix("")) for one in every)
    ] == []


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_all_it_writes_lies_below_its_data_but_the_page(name: str, stage: str) -> None:
    own = FOLDERS[name].relative_to(ROOT)
    for path in places(name, stage, "outs"):
        assert path.is_relative_to(own / "data") or path == own / "results.md"
    for out, options in entries(name, stage, "outs"):
        assert options["persist"], "a broken run leaves the last good table"
        assert options.get("cache", True) == (out != "results.md"), "git keeps the page alone"


@pytest.mark.parametrize(("name", "stage"), STAGES)
def test_its_counts_are_not_among_those_that_dvc_metrics_show_lists(name: str, stage: str) -> None:
    # In a clone they are not there, and the project's own would be shown with empty rows below.
    assert "metrics" not in stage_of(name, stage)


@pytest.mark.parametrize("name", FOLDERS)
def test_each_of_the_users_paths_is_named_in_one_section(name: str) -> None:
    named = {value for _, value in leaves(params(name)[OWN])}
    source = params(name).get("source", {})
    cohorts = params(name)["model"]["cohorts"].values()
    read = [source.get(key) for key in ("path", "metadata")]
    read += [cohort.get("root") for cohort in cohorts if isinstance(cohort, dict)]
    assert {path for path in read if path is not None} <= named


def test_no_two_stages_write_the_same_file() -> None:
    outs = [path for one in STAGES for path in places(*one, "outs")]
    assert len(outs) == len(set(outs))


@pytest.mark.parametrize("name", FOLDERS)
def test_what_others_published_can_be_read(name: str) -> None:
    path = FOLDERS[name] / "published.yaml"
    if not path.exists():
        pytest.skip("nobody has published figures that stand beside these")
    assert read_published(path)


def test_covid_reads_regions_as_the_weights_that_it_takes_were_trained_to() -> None:
    if "chestxray8" not in FOLDERS:
        pytest.skip("chestxray8 has no stages yet")
    own, trained = (
        load_model_settings(FOLDERS[name] / "params.yaml") for name in ("covid", "chestxray8")
    )
    assert own.picture == trained.picture
    assert own.regions == trained.regions
    assert own.queries == trained.queries
    assert own.hardware.precision == trained.hardware.precision
    for part in ("name", "channels", "finest", "stride"):
        assert getattr(own.backbone, part) == getattr(trained.backbone, part)
    # Of the network that is compared with one from none.
    assert own.backbone.weights is None
