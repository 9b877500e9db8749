"""Training stops when it should, goes on after a kill as if nothing had been, and on two."""

import json
import multiprocessing
import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from model.settings import FitSettings, HardwareSettings, TrackingSettings
from model.shares import SharedBatches, SharedInOrder, ShareError, this_share
from model.tensors.pictures import EpochOrder
from model.training.fitting import FitFiles, RecordError, fit, silence_hints
from model.training.recorded_losses import MONITORED
from model.training.schedule import one_cycle
from model.training.tracking import TrackingError, loggers

CPU = HardwareSettings(accelerator="cpu", devices=1, precision="32-true", workers=0)
SETTINGS = FitSettings(epochs=6, batch_size=8, learning_rate=0.5, patience=6)
#: Two processes that are forked, which share the work over gloo.
TWO = CPU.model_copy(update={"devices": 2, "strategy": "ddp_fork"})
COUNT = 32
WEIGHT = torch.tensor([1.0, -2.0, 0.5])

pytestmark = pytest.mark.trains


class KilledError(RuntimeError):
    """As if the machine had been turned off."""


class Line(lightning.LightningModule):
    """Learns a line; may be killed, and may say that it was best in an epoch."""

    def __init__(
        self,
        seed: int,
        kill_in: int = -1,
        best_in: int | None = None,
        settings: FitSettings = SETTINGS,
    ) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.layer = nn.Linear(3, 1)
        self.seed, self.kill_in, self.best_in = seed, kill_in, best_in
        self.settings = settings

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
        if self.best_in is not None:
            loss = torch.tensor(float(abs(self.current_epoch - self.best_in)))
        self.log(MONITORED, loss, sync_dist=True)

    def configure_optimizers(self) -> Any:
        return one_cycle(self.parameters(), self.settings, COUNT // 8)


class Recorded(Dataset[tuple[Tensor, Tensor]]):
    """Keeps a record of which process has read which rows, where a folder is given for it."""

    def __init__(self, x: Tensor, y: Tensor, folder: Path | None) -> None:
        self.x, self.y, self.folder = x, y, folder

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        if self.folder is not None:
            with (self.folder / f"read-{this_share()[0]}.txt").open("a", encoding="utf-8") as file:
                file.write(f"{index}\n")
        return self.x[index], self.y[index]


def loaders(seed: int, folder: Path | None = None) -> tuple[DataLoader[Any], DataLoader[Any]]:
    generator = torch.Generator().manual_seed(seed + 1)
    x = torch.randn(COUNT, 3, generator=generator)
    # As those of `model.tensors.pictures`, they draw nothing from the generator of all else.
    own = torch.Generator()
    order = EpochOrder(COUNT, seed)
    return (
        DataLoader(
            Recorded(x, x @ WEIGHT, folder),
            batch_sampler=SharedBatches(order, 8, drop_last=True),
            generator=own,
        ),
        DataLoader(
            TensorDataset(x, x @ WEIGHT), batch_sampler=SharedInOrder(COUNT, 8), generator=own
        ),
    )


def train(network: Line, folder: Path, **given: Any) -> int:
    silence_hints()
    files = FitFiles(
        folder,
        given.pop("fingerprint", "a"),
        given.pop("record", None),
        given.pop("tracking", TrackingSettings()),
    )
    known = {"settings": network.settings, "hardware": CPU, **given}
    reads = known.pop("reads", None)
    epochs = fit(network, *loaders(network.seed, reads), files=files, **known)
    files.finish()
    return epochs


class ShortLived(Line):
    """Takes its process with it, which has no time to tidy up."""

    def stop(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def train_until_killed(folder: Path, seed: int) -> None:
    train(ShortLived(seed, kill_in=3), folder)


def train_on_two_until_killed(folder: Path, seed: int) -> None:
    train(ShortLived(seed, kill_in=3), folder, hardware=TWO)


def train_and_keep(folder: Path, seed: int, hardware: HardwareSettings) -> None:
    network = Line(seed)
    train(network, folder / "fit", hardware=hardware, reads=folder)
    torch.save(network.layer.weight.detach(), folder / "weight.pt")


def end_by_force(work: Callable[[Path, int], None], folder: Path, seed: int) -> None:
    # Forked, like the processes that share a training, as libraries take seconds to load.
    process = multiprocessing.get_context("fork").Process(target=work, args=(folder, seed))
    process.start()
    process.join()
    assert process.exitcode != 0
    assert (folder / "checkpoints" / "last.ckpt").exists()


def train_elsewhere(folder: Path, seed: int) -> None:
    end_by_force(train_until_killed, folder / "killed", seed)
    train_and_keep(folder, seed, TWO)


def train_on_other_numbers(folder: Path, seed: int) -> None:
    end_by_force(train_until_killed, folder / "one" / "fit", seed)
    end_by_force(train_on_two_until_killed, folder / "two" / "fit", seed)
    train_and_keep(folder / "one", seed, TWO)
    train_and_keep(folder / "two", seed, CPU)


def in_another_process(work: Callable[[Path, int], None], folder: Path, seed: int) -> Path:
    """The folder, once the work is done where it may be killed or leave things behind."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=(folder, seed))
    process.start()
    process.join()
    assert process.exitcode == 0
    return folder


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory, seed_shift: int) -> Path:
    """What one process that was killed has left, in `killed`, and what two processes found."""
    return in_another_process(train_elsewhere, tmp_path_factory.mktemp("elsewhere"), seed_shift)


def test_a_process_that_was_killed_is_gone_on_with_like_an_unbroken_one(
    tmp_path: Path, elsewhere: Path, seed_shift: int
) -> None:
    unbroken, resumed = Line(seed_shift), Line(seed_shift)
    assert train(unbroken, tmp_path) == SETTINGS.epochs
    assert train(resumed, elsewhere / "killed") == SETTINGS.epochs
    assert torch.equal(unbroken.layer.weight, resumed.layer.weight)
    assert not (elsewhere / "killed").exists()


def read_by(folder: Path, rank: int) -> list[int]:
    return [int(line) for line in (folder / f"read-{rank}.txt").read_text().split()]


def check_found_alone(folder: Path, own: Path, seed: int) -> None:
    """One process that is not broken finds the same weight, to rounding."""
    alone = Line(seed)
    train(alone, own)
    weight = torch.load(folder / "weight.pt", weights_only=True)
    assert torch.allclose(weight, alone.layer.weight, atol=1e-5)


def test_two_processes_find_over_gloo_what_one_finds(
    tmp_path: Path, elsewhere: Path, seed_shift: int
) -> None:
    check_found_alone(elsewhere, tmp_path, seed_shift)


@pytest.mark.faults
def test_two_go_on_where_one_was_killed_and_one_where_two_were(
    tmp_path: Path, seed_shift: int
) -> None:
    in_another_process(train_on_other_numbers, tmp_path, seed_shift)
    check_found_alone(tmp_path / "one", tmp_path / "a", seed_shift)
    check_found_alone(tmp_path / "two", tmp_path / "b", seed_shift)
    # What was behind the checkpoint, and no more.
    left = COUNT * (SETTINGS.epochs - 3)
    assert len(read_by(tmp_path / "one", 0)) == len(read_by(tmp_path / "one", 1)) == left // 2
    assert len(read_by(tmp_path / "two", 0)) == left


def test_each_process_reads_its_own_images_and_together_they_read_all(elsewhere: Path) -> None:
    read = [read_by(elsewhere, rank) for rank in range(2)]
    for epoch in range(SETTINGS.epochs):
        own = [rows[epoch * COUNT // 2 : (epoch + 1) * COUNT // 2] for rows in read]
        assert sorted(own[0] + own[1]) == list(range(COUNT))
    assert [len(rows) for rows in read] == [SETTINGS.epochs * COUNT // 2] * 2


def test_a_batch_that_cannot_be_shared_out_is_refused(tmp_path: Path) -> None:
    odd = SETTINGS.model_copy(update={"batch_size": 9})
    with pytest.raises(ShareError, match="a batch of 9 images cannot be shared out evenly among 2"):
        train(Line(0, settings=odd), tmp_path, hardware=TWO)


def test_checkpoints_of_other_settings_are_not_taken_up(tmp_path: Path, seed_shift: int) -> None:
    with pytest.raises(KilledError):
        train(Line(seed_shift, kill_in=3), tmp_path / "b", fingerprint="a")
    unbroken, afresh = Line(seed_shift), Line(seed_shift)
    train(unbroken, tmp_path / "a", fingerprint="c")
    train(afresh, tmp_path / "b", fingerprint="c")
    assert torch.equal(unbroken.layer.weight, afresh.layer.weight)


def test_training_stops_when_validation_gets_worse_and_keeps_the_best(
    tmp_path: Path, seed_shift: int
) -> None:
    patient = SETTINGS.model_copy(update={"patience": 2})
    network = Line(seed_shift, best_in=1)
    assert train(network, tmp_path / "a", settings=patient) == 4
    short = Line(seed_shift, best_in=1)
    train(short, tmp_path / "b", settings=SETTINGS.model_copy(update={"epochs": 2}))
    assert torch.equal(network.layer.weight, short.layer.weight)


def test_every_epoch_is_on_record(tmp_path: Path, seed_shift: int) -> None:
    train(Line(seed_shift), tmp_path / "a", record=tmp_path / "record")
    last = json.loads((tmp_path / "record" / "metrics.json").read_text())
    assert last[MONITORED] < 1


def test_tensorboard_gets_every_epochs_numbers_and_nothing_else(
    tmp_path: Path, seed_shift: int
) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    tracking = TrackingSettings(logger="tensorboard", place=str(tmp_path / "runs"))
    train(Line(seed_shift), tmp_path / "a", record=tmp_path / "network", tracking=tracking)
    (event_file,) = (tmp_path / "runs" / "network").rglob("events.out.tfevents.*")
    events = EventAccumulator(str(event_file))
    events.Reload()
    tags = events.Tags()
    assert len(events.Scalars(MONITORED)) == SETTINGS.epochs
    assert {kind for kind, found in tags.items() if found} == {"scalars"}
    assert (tmp_path / "network" / "metrics.json").is_file()


@pytest.mark.parametrize(
    ("logger", "brings"),
    [("mlflow", "pip install mlflow"), ("tensorboard", "pip install 'pneumoloc[tracking]'")],
)
def test_a_library_for_tracking_that_is_missing_is_told_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logger: Any, brings: str
) -> None:
    monkeypatch.setattr("model.training.tracking.find_spec", lambda _: None)
    tracking = TrackingSettings(logger=logger)
    with pytest.raises(TrackingError, match=re.escape(f"is not installed; {brings} brings it")):
        train(Line(seed=0), tmp_path / "a", record=tmp_path / "record", tracking=tracking)
    assert not (tmp_path / "record").exists()


@pytest.mark.parametrize("place", ["http://tracking.example:5000", "runs"])
def test_mlflow_is_told_the_server_or_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    # The library is no extra of ours, so what Lightning would be handed is looked at in its place.
    monkeypatch.setattr("model.training.tracking.find_spec", lambda _: True)
    monkeypatch.setattr("lightning.pytorch.loggers.MLFlowLogger", lambda *_, **given: given)
    monkeypatch.chdir(tmp_path)
    tracking = TrackingSettings(logger="mlflow", place=place)
    _, given = loggers(tmp_path / "network", tracking, going_on=False)
    assert given["run_name"] == "network"
    assert given["tracking_uri"] == (place if "://" in place else f"file://{tmp_path}/runs")


def test_a_repository_without_a_commit_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecordError, match="make a first commit"):
        train(Line(seed=0), tmp_path / "a", record=tmp_path / "record")
