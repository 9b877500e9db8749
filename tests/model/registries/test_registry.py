"""Names are listed once, looked up lightly, and stand for something that is there."""

import subprocess
import sys
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path

import pytest
from pydantic import ValidationError

from model.images.sources.registry import KINDS
from model.registries.losses import LOSSES
from model.registries.outside import ExtensionError
from model.registries.region_sources import REGION_SOURCES
from model.registries.registry import Registry, resolve, resolve_function
from model.settings import NetworkSettings, RegionSettings

ROOT = Path(__file__).parents[3]
REFERENCES = [
    *(source.propose for source in REGION_SOURCES.values()),
    *LOSSES.values(),
    *(kind.opens for kind in KINDS.values()),
]


@pytest.mark.parametrize("reference", REFERENCES)
def test_what_is_listed_is_there(reference: str) -> None:
    assert resolve_function(reference).__module__ == reference.partition(":")[0]


@pytest.mark.parametrize(
    ("room", "references"),
    [
        ("model/detector/region_sources", [one.propose for one in REGION_SOURCES.values()]),
        ("model/images/sources", [one.opens for one in KINDS.values()]),
    ],
)
def test_each_listed_name_has_a_file_of_its_own(room: str, references: list[str]) -> None:
    modules = {reference.partition(":")[0].rpartition(".")[2] for reference in references}
    assert len(modules) == len(references)
    assert modules <= {file.stem for file in (ROOT / room).glob("*.py")}


@pytest.mark.parametrize(
    ("line", "names"),
    [("    source: detector", REGION_SOURCES), ("    loss: cross_entropy", LOSSES)],
)
def test_the_settings_file_says_every_name(line: str, names: Iterable[str]) -> None:
    lines = (ROOT / "params.yaml").read_text(encoding="utf-8").splitlines()
    above = reversed(lines[: lines.index(line)])
    comment = " ".join(takewhile(lambda one: one.lstrip().startswith("#"), above))
    assert [name for name in names if name not in comment] == []


def test_a_name_is_given_once() -> None:
    registry = Registry("toy", {"ball": "toys:ball"})
    registry.register("kite", "toys:kite")
    registry.register("kite", "toys:kite")  # as a module that is imported anew does
    assert list(registry) == ["ball", "kite"]
    with pytest.raises(ExtensionError, match="there is a toy 'ball' already; take another name"):
        registry.register("ball", "others:ball")
    assert registry["ball"] == "toys:ball"


def test_an_unlisted_name_is_told_with_those_listed() -> None:
    registry = Registry("toy", {"ball": 1, "kite": 2})
    assert registry.unlisted("bal") == (
        "'bal' is no toy (did you mean 'ball'?); there are ball, kite"
    )
    assert registry.unlisted("xyz") == "'xyz' is no toy; there are ball, kite"


@pytest.mark.parametrize("kind", [RegionSettings, NetworkSettings])
def test_settings_refuse_what_is_not_listed(
    kind: type[RegionSettings] | type[NetworkSettings],
) -> None:
    key = "source" if kind is RegionSettings else "loss"
    with pytest.raises(ValidationError, match="Input should be '"):
        kind.model_validate({key: "nothing"})


@pytest.mark.parametrize(
    "reference", ["no_such_toys:ball", "json:ball", "json", "", "json.decoder:"]
)
def test_what_cannot_be_imported_from_outside_is_named(reference: str) -> None:
    with pytest.raises(ExtensionError, match=f"'{reference}', which a package from outside"):
        resolve(reference)


def test_what_is_no_function_is_told() -> None:
    with pytest.raises(ExtensionError, match="is no function but a str"):
        resolve_function("string:digits")


def test_names_are_looked_up_without_what_they_stand_for() -> None:
    code = """
import sys
import pneumoloc.extending
from model.images.sources.registry import KINDS
from model.settings import resolve_settings
resolve_settings(None, ["model.regions.source=grid", "model.network.loss=asymmetric"])
assert "folder" in KINDS
print(*sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "numpy", "pyarrow", "pandas"} & set(ran.stdout.split())
