"""A method is one value: listed once, it is trained, read, scored and drawn."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from command_line.summary import StageSummary
from data_contracts.predictions import DIFFERENCES, SCORES
from data_contracts.storage import read_table
from model.crossvalidation.trial import Trial
from model.figures import accuracy_over_iou, froc, precision_recall
from model.methods.method import (
    FoldFindings,
    Method,
    PartFindings,
    ReadingInputs,
    Training,
    TrainingInputs,
)
from model.methods.registry import METHODS, all_methods, trainings
from model.reading.findings import Findings, FoundBox
from model.registries.outside import ExtensionError
from model.settings import ModelSettings
from model.stages.compare import compare
from model.stages.crossvalidate import crossvalidate
from model.stages.evaluate import evaluate
from model.stages.predictions import predictions
from model.tensors.cohorts import CohortImage

TOY = "whole_image"
LABEL = "All of it"
COLOUR = "#123456"


def whole_image(image: CohortImage) -> Findings:
    """One box around everything."""
    box = FoundBox((0.0, 0.0, float(image.width), float(image.height)), 0.5, {})
    evidence = np.full((32, 32), 0.5, dtype=np.float32)
    return Findings(image.image_id, (box,), {}, evidence, None, (1.0, 1.0), {})


def read(inputs: ReadingInputs) -> Iterator[PartFindings]:
    for part, cohort in inputs.cohorts.items():
        yield TOY, part, [whole_image(image) for image in cohort.images]


def cross_validate(trial: Trial) -> Iterator[FoldFindings]:
    for fold in trial.folds:
        tested = [image for image in trial.cohort.images if image.image_id in fold.test]
        yield TOY, [whole_image(image) for image in tested]


def train(inputs: TrainingInputs, out: Path) -> StageSummary:
    assert inputs.regions.is_dir()
    out.mkdir(parents=True)
    (out / "weights").write_text("none")
    return StageSummary(TOY, {"images": 1}, 0.0, (out,))


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Method:
    """The toy method beside the shipped ones, listed as a new one would be."""
    method = Method(
        name=TOY,
        read=read,
        label=LABEL,
        colour=COLOUR,
        training=Training(TOY, f"toys/{TOY}", train),
        crossvalidate=cross_validate,
    )
    monkeypatch.setattr("model.methods.registry.METHODS", (*METHODS, method))
    return method


@pytest.mark.usefixtures("toy")
def test_a_listed_method_is_read_scored_and_drawn(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: dict[str, Any] = {}

    def keep(name: str, draw: Any) -> Any:
        def keeping(*arguments: Any) -> Any:
            drawn[name] = draw(*arguments)
            return drawn[name]

        return keeping

    for module in (accuracy_over_iou, precision_recall, froc):
        (name,) = (n for n in vars(module) if n.startswith("draw_"))
        monkeypatch.setattr(f"model.figures.draw.{name}", keep(name, getattr(module, name)))
    predictions(settings=trained.settings, models=trained.models, out=tmp_path / "predictions")
    for part in ("detector", "localization", "severity"):
        assert (tmp_path / "predictions" / TOY / part / "predictions.parquet").is_file()
    summary = evaluate(
        settings=trained.settings,
        tables=trained.tables,
        predictions=tmp_path / "predictions",
        out=tmp_path / "evaluation",
    )
    scores = read_table(SCORES, tmp_path / "evaluation" / "scores.parquet").to_pylist()
    assert TOY in {row["method"] for row in scores}
    assert f"accuracy_iou_50_{TOY}" in summary.counts
    assert f"lead_over_{TOY}" in summary.counts
    differences = read_table(DIFFERENCES, tmp_path / "evaluation" / "differences.parquet")
    assert TOY in differences["method"].to_pylist()
    assert "| whole image |" in (tmp_path / "evaluation" / "scores.md").read_text(encoding="utf-8")
    assert set(drawn) == {"draw_accuracy", "draw_precision_recall", "draw_froc"}
    for figure in drawn.values():
        lines = [line for axes in figure.axes for line in axes.lines if line.get_label() == LABEL]
        assert [line.get_color() for line in lines] == [COLOUR] * 2


def test_a_listed_method_is_cross_validated(
    toy: Method, trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = [one for one in METHODS if one.name in ("cross_attention", "random")]
    monkeypatch.setattr("model.methods.registry.METHODS", (*fewer, toy))
    crossvalidate(
        settings=trained.settings,
        images=trained.settings.cohorts.training,
        targets=["finding:opacity"],
        tables=trained.tables,
        models=trained.models,
        out=tmp_path,
        folds=2,
    )
    methods = set(read_table(SCORES, tmp_path / "scores.parquet")["method"].to_pylist())
    assert {TOY, "random", "cross_attention"} <= methods
    assert "cam" not in methods


def test_a_listed_method_is_trained_once_for_every_seed(
    toy: Method, trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (network, *_) = METHODS
    monkeypatch.setattr("model.methods.registry.METHODS", (network, toy))
    compare(settings=trained.settings, tables=trained.tables, out=tmp_path, seeds=1)
    assert (tmp_path / "seed-0" / "toys" / TOY / "weights").is_file()
    assert (tmp_path / "seed-0" / "metrics" / f"{TOY}.json").is_file()
    methods = read_table(SCORES, tmp_path / "scores.parquet")["method"].to_pylist()
    assert TOY in methods


def test_names_colours_and_weights_are_each_methods_own() -> None:
    names = [method.name for method in METHODS]
    colours = [method.colour for method in METHODS if method.colour]
    folders = [training.folder for training in trainings(ModelSettings())]
    assert len(names) == len(set(names))
    assert len(colours) == len(set(colours))
    assert (
        len(folders)
        == len(set(folders))
        == len({training.name for training in trainings(ModelSettings())})
    )


def test_an_ablation_that_changes_nothing_is_not_trained() -> None:
    settings = ModelSettings()
    other = settings.model_copy(
        update={"network": settings.network.model_copy(update={"objectness": False})}
    )
    usual, changed = ({one.name for one in trainings(given)} for given in (settings, other))
    assert usual - changed == {"without_objectness"}
    assert changed - usual == {"with_objectness"}


def test_the_list_loads_no_heavy_library() -> None:
    code = "import sys, model.methods.registry; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "lightning", "sklearn", "matplotlib"} & set(ran.stdout.split())


@pytest.mark.parametrize(
    ("method", "words"),
    [
        (Method("cinema", read), "is 'cinema'; expected a model.methods.method.Method 'toy'"),
        (Method("toy", read, training=Training("toy", "network", train)), "in 'network', as"),
        (Method("toy", read, training=Training("network", "toys", train)), "in 'toys', as"),
        (3, "is int; expected"),
    ],
)
def test_a_method_from_outside_takes_no_others_place(
    method: object, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, "toy", method)
    with pytest.raises(ExtensionError, match=r"^'outside_toys:TOY', which a") as caught:
        all_methods()
    assert words in str(caught.value)


def test_a_method_from_outside_has_a_name_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, "cam", Method("cam", read))
    with pytest.raises(ExtensionError, match="has the name of another method"):
        all_methods()
    register(monkeypatch, "toy", Method("toy", read))
    assert [method.name for method in all_methods()] == [*(one.name for one in METHODS), "toy"]


def register(monkeypatch: pytest.MonkeyPatch, name: str, method: object) -> None:
    """As an installed package registers what a module of its own holds."""
    module = ModuleType("outside_toys")
    module.__dict__["TOY"] = method
    monkeypatch.setitem(sys.modules, "outside_toys", module)
    monkeypatch.setattr("model.methods.registry.OUTSIDE_METHODS", {name: "outside_toys:TOY"})
