"""dvc.yaml names what each stage really reads, so that a stage runs again when, and only when."""

from functools import cache
from pathlib import Path
from typing import Any

import grimp
import pytest
from dvc.utils.serialize import load_yaml
from pydantic import BaseModel

from model.settings import ModelSettings
from pipeline.settings import Settings

ROOT = Path(__file__).parents[1]
#: Read as DVC reads it, which refuses a key that is given twice.
STAGES: dict[str, dict[str, Any]] = load_yaml(ROOT / "dvc.yaml")["stages"]
#: Their values reach a stage as DVC's params, as do the names that registries list; their other
#: contents do not change a table; nor does `command_line`, which is not in the graph.
NOT_TABLES = {
    f"{package}{part}" for package in ("pipeline", "model") for part in ("", ".stages", ".settings")
}
REGISTRIES = "model.registries"


@cache
def import_graph() -> grimp.ImportGraph:
    return grimp.build_graph("pipeline", "model", "data_contracts", cache_dir=None)


def setting(dotted: str) -> object:
    root, _, below = dotted.partition(".")
    value: object = ModelSettings() if root == "model" else Settings()
    for key in (below if root == "model" else dotted).split("."):
        assert isinstance(value, BaseModel), dotted
        assert key in type(value).model_fields, f"no setting '{dotted}'"
        value = getattr(value, key)
    return value


def module_of(stage: str) -> str:
    _, _, package, command, *_ = STAGES[stage]["cmd"].split()
    return f"{package}.stages.{command.replace('-', '_')}"


def paths(stage: str, kind: str) -> list[str]:
    entries = STAGES[stage].get(kind, [])
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]


def made() -> set[str]:
    return {path for stage in STAGES for path in (*paths(stage, "outs"), *paths(stage, "metrics"))}


@pytest.mark.parametrize("stage", STAGES)
def test_each_input_is_in_the_project_or_made_by_a_stage(stage: str) -> None:
    for path in paths(stage, "deps"):
        if path.startswith("${"):
            assert isinstance(setting(path[2:-1]), Path)
        else:
            inside = any(Path(path).is_relative_to(one) for one in made())
            assert inside or (ROOT / path).exists(), path


@pytest.mark.parametrize("stage", STAGES)
def test_each_setting_exists(stage: str) -> None:
    for dotted in paths(stage, "params"):
        setting(dotted)


@pytest.mark.parametrize("stage", STAGES)
def test_what_changes_no_table_runs_no_stage_again(stage: str) -> None:
    free = ("model.hardware", "model.radiographs.workers", "model.tracking", "nlp.workers")
    given = paths(stage, "params")
    assert [one for one in given for key in free if f"{key}.".startswith(f"{one}.")] == []
    assert not [one for one in given if one.startswith(free)]


@pytest.mark.parametrize("stage", STAGES)
def test_all_the_code_a_stage_imports_is_among_its_inputs(stage: str) -> None:
    module = module_of(stage)
    used = {module, *import_graph().find_upstream_modules(module)} - NOT_TABLES
    used = {name for name in used if not name.startswith(REGISTRIES)}
    files = {Path(*name.split(".")) for name in used}
    given = [Path(path).with_suffix("") for path in paths(stage, "deps")]
    missing = {file for file in files if not any(file.is_relative_to(path) for path in given)}
    assert missing == set()


@pytest.mark.parametrize("stage", STAGES)
def test_no_input_is_code_that_the_stage_does_not_import(stage: str) -> None:
    module = module_of(stage)
    used = {module, *import_graph().find_upstream_modules(module)}
    for path in paths(stage, "deps"):
        if path.startswith(("pipeline", "model", "data_contracts")) and not path.endswith(".txt"):
            name = ".".join(Path(path).with_suffix("").parts)
            assert any(f"{one}.".startswith(f"{name}.") for one in used), path


@pytest.mark.parametrize("stage", STAGES)
def test_counts_are_small_files_that_dvc_metrics_show_lists(stage: str) -> None:
    (entry,) = STAGES[stage]["metrics"]
    assert entry == {f"metrics/{stage}.json": {"cache": False}}


@pytest.mark.parametrize("stage", STAGES)
def test_a_broken_run_leaves_the_last_good_table(stage: str) -> None:
    assert all(
        options["persist"] for entry in STAGES[stage].get("outs", []) for options in entry.values()
    )


def test_no_two_stages_write_the_same_file() -> None:
    outs = [path for stage in STAGES for path in paths(stage, "outs")]
    assert len(outs) == len(set(outs))
