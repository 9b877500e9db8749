"""Training stops when it should, goes on after a kill as if nothing had been, and on two."""

import json
import multiprocessing
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import lightning
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from model.settings import FitSettings, HardwareSettings
from model.tensors.pictures import EpochOrder
from model.training.fitting import MONITORED, RecordError, fit, quieten
from model.training.schedule import one_cycle

CPU = HardwareSettings(accelerator="cpu", devices=1, precision="32-true", workers=0)
SETTINGS = FitSettings(epochs=6, batch_size=8, learning_rate=0.5, patience=6)
COUNT = 32


class KilledError(RuntimeError):
    """As if the machine had been turned off."""


class Line(lightning.LightningModule):
    """Learns a line; may be killed, and may get worse from an epoch on."""

    def __init__(self, kill_in: int = -1, worse_from: int = 99) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(3, 1)
        self.kill_in, self.worse_from = kill_in, worse_from

    def training_step(self, batch: list[Tensor], number: int) -> Tensor:
        if self.current_epoch == self.kill_in and number == 1:
            self.stop()
        loss: Tensor = (self.layer(batch[0])[:, 0] - batch[1]).square().mean()
        return loss

    def stop(self) -> None:
        raise KilledError

    def validation_step(self, batch: list[Tensor], number: int) -> None:
        del number
        loss = (self.layer(batch[0])[:, 0] - batch[1]).square().mean()
        worse = max(self.current_epoch - self.worse_from, 0)
        self.log(MONITORED, loss + worse, sync_dist=True)

    def configure_optimizers(self) -> Any:
        return one_cycle(self.parameters(), SETTINGS, COUNT // 8)


def loaders() -> tuple[DataLoader[Any], DataLoader[Any]]:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(COUNT, 3, generator=generator)
    data = TensorDataset(x, x @ torch.tensor([1.0, -2.0, 0.5]))
    return DataLoader(data, 8, sampler=EpochOrder(COUNT, 0)), DataLoader(data, 8)


def train(network: Line, folder: Path, **given: Any) -> int:
    quieten()
    settings = {"settings": SETTINGS, "hardware": CPU, "fingerprint": "a", **given}
    return fit(network, *loaders(), folder=folder, **settings)


class ShortLived(Line):
    """Takes its process with it, which has no time to tidy up."""

    def stop(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def train_until_killed(folder: Path) -> None:
    train(ShortLived(kill_in=3), folder)


def test_a_process_that_was_killed_is_gone_on_with_like_an_unbroken_one(tmp_path: Path) -> None:
    unbroken = Line()
    assert train(unbroken, tmp_path / "a") == SETTINGS.epochs
    process = multiprocessing.get_context("spawn").Process(
        target=train_until_killed, args=(tmp_path / "b",)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    resumed = Line()
    assert train(resumed, tmp_path / "b") == SETTINGS.epochs
    assert torch.equal(unbroken.layer.weight, resumed.layer.weight)
    assert not (tmp_path / "b").exists()


def test_checkpoints_of_other_settings_are_not_taken_up(tmp_path: Path) -> None:
    with pytest.raises(KilledError):
        train(Line(kill_in=3), tmp_path / "b", fingerprint="a")
    unbroken, afresh = Line(), Line()
    train(unbroken, tmp_path / "a", fingerprint="c")
    train(afresh, tmp_path / "b", fingerprint="c")
    assert torch.equal(unbroken.layer.weight, afresh.layer.weight)


def test_training_stops_when_validation_gets_worse_and_keeps_the_best(tmp_path: Path) -> None:
    patient = SETTINGS.model_copy(update={"patience": 2})
    network = Line(worse_from=1)
    assert train(network, tmp_path / "a", settings=patient) == 4
    short = Line(worse_from=1)
    train(short, tmp_path / "b", settings=SETTINGS.model_copy(update={"epochs": 2}))
    assert torch.equal(network.layer.weight, short.layer.weight)


def test_every_epoch_is_on_record(tmp_path: Path) -> None:
    train(Line(), tmp_path / "a", record=tmp_path / "record")
    last = json.loads((tmp_path / "record" / "metrics.json").read_text())
    assert last[MONITORED] < 1


def test_a_repository_without_a_commit_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecordError, match="make a first commit"):
        train(Line(), tmp_path / "a", record=tmp_path / "record")


def train_on_two(folder: str) -> None:
    hardware = CPU.model_copy(update={"devices": 2, "strategy": "ddp_spawn"})
    network = Line()
    train(network, Path(folder) / "fit", hardware=hardware)
    torch.save(network.layer.weight.detach(), Path(folder) / "weight.pt")


def test_two_processes_share_the_work_over_gloo(tmp_path: Path) -> None:
    # A process of its own, so that nothing of the group is left behind in this one.
    process = multiprocessing.get_context("spawn").Process(
        target=train_on_two, args=(str(tmp_path),)
    )
    process.start()
    process.join(120)
    assert process.exitcode == 0
    weight = torch.load(tmp_path / "weight.pt", weights_only=True)
    assert torch.allclose(weight, torch.tensor([[1.0, -2.0, 0.5]]), atol=0.3)
