"""A training that was killed, wherever that was, ends as an unbroken one does."""

import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from model.settings import FitSettings, HardwareSettings, ModelSettings
from model.stages.classifier import classifier
from model.stages.detector import detector
from model.stages.network import network
from model.tensors.pictures import EpochOrder
from model.training.fitting import FitFiles, fit, silence_hints
from model.training.recorded_losses import MONITORED
from model.training.resuming import take_up
from model.training.schedule import one_cycle

FORK = multiprocessing.get_context("fork")
#: Where a process is killed: the hook of Lightning's, and in which epoch.
MOMENTS = {
    "within the first epoch": ("training_step", 0),
    "within an epoch": ("training_step", 3),
    "before an epoch's validation": ("on_validation_start", 3),
    "behind an epoch": ("on_train_epoch_end", 3),
    "behind the last epoch": ("on_train_end", 4),
}
#: The best is epoch 2, so that patience ends behind epoch 4.
BEST = 2
SETTINGS = FitSettings(epochs=6, batch_size=8, learning_rate=0.5, patience=2)
COUNT = 32
PRECISIONS = ("32-true", "bf16-mixed")

pytestmark = pytest.mark.trains


class Dropping(lightning.LightningModule):
    """Learns a line with dropout, and may take its process with it."""

    def __init__(self, moment: tuple[str, int] | None = None) -> None:
        super().__init__()
        self.layer, self.dropout = nn.Linear(3, 1), nn.Dropout(0.3)
        self.moment = moment

    def training_step(self, batch: list[Tensor], number: int) -> Tensor:
        if number == 2:
            self._die_in("training_step")
        loss: Tensor = (self.layer(self.dropout(batch[0]))[:, 0] - batch[1]).square().mean()
        return loss

    def validation_step(self, batch: list[Tensor], number: int) -> None:
        del batch, number
        self.log(MONITORED, torch.tensor(float(abs(self.current_epoch - BEST))))

    def configure_optimizers(self) -> Any:
        return one_cycle(self.parameters(), SETTINGS, COUNT // 8)

    def on_validation_start(self) -> None:
        self._die_in("on_validation_start")

    def on_train_epoch_end(self) -> None:
        self._die_in("on_train_epoch_end")

    def on_train_end(self) -> None:
        if self.moment and self.moment[0] == "on_train_end":
            os.kill(os.getpid(), signal.SIGKILL)

    def _die_in(self, hook: str) -> None:
        if self.moment == (hook, self.current_epoch):
            os.kill(os.getpid(), signal.SIGKILL)


def fit_line(folder: Path, precision: Any, moment: tuple[str, int] | None) -> None:
    silence_hints()
    torch.manual_seed(0)
    line, own = Dropping(moment), torch.Generator()
    x = torch.randn(COUNT, 3, generator=own)
    data = TensorDataset(x, x.sum(dim=1))
    files = FitFiles(folder / "fit", "a", folder / "record")
    epochs = fit(
        line,
        DataLoader(data, 8, sampler=EpochOrder(COUNT, 0), generator=own),
        DataLoader(data, 8, generator=own),
        settings=SETTINGS,
        hardware=HardwareSettings(accelerator="cpu", devices=1, precision=precision, workers=0),
        files=files,
    )
    files.finish()
    torch.save([epochs, line.layer.weight.detach()], folder / "result.pt")


def killed(work: Callable[..., None], *given: Any) -> bool:
    process = FORK.Process(target=work, args=given)
    process.start()
    process.join()
    return process.exitcode == -signal.SIGKILL


def break_lines(folder: Path, precision: Any) -> None:
    for name, moment in {"unbroken": None, **MOMENTS}.items():
        (folder / name).mkdir()
        if moment is not None:
            assert killed(fit_line, folder / name, precision, moment), name
            assert not (folder / name / "record").exists()
        fit_line(folder / name, precision, None)


def elsewhere(work: Callable[..., None], *given: Any) -> None:
    """In a process whose libraries have started no threads yet, so that it can be forked."""
    process = multiprocessing.get_context("spawn").Process(target=as_a_program, args=(work, *given))
    process.start()
    process.join()
    assert process.exitcode == 0


def as_a_program(work: Callable[..., None], *given: Any) -> None:
    # What a spawned process starts would be spawned too, and load all libraries anew.
    multiprocessing.set_start_method("fork", force=True)
    work(*given)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lines that were learnt, broken and not, in a folder of each precision."""
    folder = tmp_path_factory.mktemp("lines")
    elsewhere(break_all_lines, folder)
    return folder


def break_all_lines(folder: Path) -> None:
    for precision in PRECISIONS:
        (folder / precision).mkdir()
        break_lines(folder / precision, precision)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_weights_epochs_and_record_are_those_of_an_unbroken_run(
    broken: Path, precision: str
) -> None:
    folder = broken / precision
    epochs, weight = torch.load(folder / "unbroken" / "result.pt", weights_only=True)
    assert epochs == 5
    plots = Path("plots", "metrics", "validation_loss.tsv")
    losses = (folder / "unbroken" / "record" / plots).read_text(encoding="utf-8")
    for name in MOMENTS:
        found, own = torch.load(folder / name / "result.pt", weights_only=True)
        assert found == epochs, name
        assert torch.equal(own, weight), name
        assert (folder / name / "record" / plots).read_text(encoding="utf-8") == losses, name
        assert not (folder / name / "fit").exists()


class Stages:
    """The stages that train, each of which may be killed within its second epoch."""

    def __init__(self, settings: ModelSettings, tables: Path, models: Path, out: Path) -> None:
        self.settings, self.tables, self.models, self.out = settings, tables, models, out

    def detector(self, out: Path) -> Any:
        return detector(settings=self.settings, out=out)

    def network(self, out: Path) -> Any:
        regions = self.models / "regions"
        return network(settings=self.settings, tables=self.tables, regions=regions, out=out)

    def classifier(self, out: Path) -> Any:
        own = self.models / "detector"
        return classifier(settings=self.settings, tables=self.tables, detector=own, out=out)


#: Each stage with the module that it trains.
TRAINED = {
    "detector": "model.detector.module.DetectorModule",
    "network": "model.network.module.NetworkModule",
    "classifier": "model.baselines.module.ClassifierModule",
}


def die_in_second_epoch(stages: Stages, name: str, out: Path) -> None:
    import importlib

    place, _, kind = TRAINED[name].rpartition(".")
    module = getattr(importlib.import_module(place), kind)
    step = module.training_step

    def training_step(self: Any, batch: Any, number: int) -> Any:
        if (self.current_epoch, number) == (1, 1):
            os.kill(os.getpid(), signal.SIGKILL)
        return step(self, batch, number)

    module.training_step = training_step
    getattr(stages, name)(out)


def break_stages(stages: Stages) -> None:
    torch.set_num_threads(1)
    for name in TRAINED:
        broken, whole = stages.out / "broken" / name, stages.out / "whole" / name
        assert killed(die_in_second_epoch, stages, name, broken), name
        counts = [getattr(stages, name)(out).counts for out in (broken, whole)]
        (stages.out / f"{name}.json").write_text(json.dumps(counts), encoding="utf-8")


def test_the_stages_that_train_end_as_if_they_had_not_been_killed(
    trained: Any, tmp_path: Path
) -> None:
    settings = trained.settings
    more = {
        name: getattr(settings, name).model_copy(update={"epochs": 2})
        for name in ("detector", "network", "classifier")
    }
    # A process that reads images draws its seed from somewhere.
    more["hardware"] = settings.hardware.model_copy(update={"workers": 1})
    stages = Stages(settings.model_copy(update=more), trained.tables, trained.models, tmp_path)
    elsewhere(break_stages, stages)
    for name in TRAINED:
        broken, whole = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        assert broken == whole
        for file in sorted((tmp_path / "whole" / name).rglob("*")):
            if file.is_file():
                other = tmp_path / "broken" / file.relative_to(tmp_path / "whole")
                assert file.read_bytes() == other.read_bytes(), file
    assert {path.name for path in (tmp_path / "broken").iterdir()} == set(TRAINED)


def test_the_summary_of_a_record_says_what_its_curves_end_with(tmp_path: Path) -> None:
    """A kill may come when an epoch's losses are on record and its summary is not."""
    record, checkpoint = tmp_path / "classifier", tmp_path / "last.ckpt"
    curves = record / "plots" / "metrics"
    (curves / "train").mkdir(parents=True)
    torch.save({"epoch": 1}, checkpoint)
    (curves / "epoch.tsv").write_text("step\tepoch\n2\t0\n5\t1\n8\t2\n")
    (curves / "train" / "attributes.tsv").write_text("step\tattributes\n2\t0.75\n5\tnan\n")
    (curves / "validation_loss.tsv").write_text("step\tvalidation_loss\n")
    old = {"epoch": 2, "step": 5, "validation_loss": 0.5, "train": {"attributes": 0.75}}
    (record / "metrics.json").write_text(json.dumps(old))
    take_up(checkpoint, [], record)
    summary = json.loads((record / "metrics.json").read_text())
    assert (summary["epoch"], summary["step"], summary["validation_loss"]) == (1, 5, 0.5)
    assert summary["train"]["attributes"] != summary["train"]["attributes"]  # no number
    assert (curves / "epoch.tsv").read_text().endswith("5\t1\n")


@pytest.mark.parametrize("left", ["", '{"epoch": 2, "st'])
def test_a_summary_that_was_being_written_is_made_of_the_curves(tmp_path: Path, left: str) -> None:
    """DVCLive writes it in place: a kill or a full disk leaves it empty or cut."""
    record, checkpoint = tmp_path / "classifier", tmp_path / "last.ckpt"
    (record / "plots" / "metrics").mkdir(parents=True)
    torch.save({"epoch": 1}, checkpoint)
    (record / "plots" / "metrics" / "epoch.tsv").write_text("step\tepoch\n2\t0\n5\t1\n8\t2\n")
    (record / "metrics.json").write_text(left)
    take_up(checkpoint, [], record)
    assert json.loads((record / "metrics.json").read_text()) == {"step": 5, "epoch": 1}
