"""Fitting a network with Lightning: early stopping, resuming, and a record of every epoch."""

import logging
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import lightning
import torch
from lightning.pytorch.callbacks import (
    Callback,
    EarlyStopping,
    ModelCheckpoint,
    TQDMProgressBar,
)

from data_contracts.placing import placed_folder
from data_contracts.ranks import is_first_process
from data_contracts.whole_files import naming
from model.settings import FitSettings, HardwareSettings, TrackingSettings
from model.shares import check_shares
from model.training.hardware import precision_of
from model.training.recorded_losses import MONITORED
from model.training.resuming import RandomStates, RecordLosses, StopAgain, take_up
from model.training.tracking import loggers

_LAST: Final = "last"
_BEST: Final = "best"
_CHECKPOINTS: Final = "checkpoints"
_FINGERPRINT: Final = "fingerprint"


@dataclass(frozen=True, slots=True)
class FitFiles:
    """Where a training keeps its files.

    Attributes:
        folder: of the checkpoints, removed when the training is over.
        fingerprint: of all that the result depends on; checkpoints with another are dropped.
        record: folder for DVCLive's metrics and plots, which take the place of an older run's when
            the training is over; None keeps none.
        tracking: what follows the training beside that record.
    """

    folder: Path
    fingerprint: str
    record: Path | None = None
    tracking: TrackingSettings = field(default_factory=TrackingSettings)

    @property
    def unfinished_record(self) -> Path | None:
        """Where the record is while the training lasts; named as it will be."""
        return self.folder / "record" / self.record.name if self.record else None

    def finish(self) -> None:
        """Put the record in its place, and remove the rest; done once the weights are kept.

        Of several processes that trained together the first one does it.
        """
        unfinished = self.unfinished_record
        if self.record is not None and unfinished is not None and unfinished.is_dir():
            with placed_folder(self.record, lambda _: True) as new:
                # Copied, as a kill in between must find all of it here once more.
                shutil.copytree(unfinished, new, dirs_exist_ok=True)
        # First, so that what a kill in between leaves is not gone on with.
        (self.folder / _FINGERPRINT).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


class RecordError(ValueError):
    """The record of a training cannot be kept; the message says what to do."""


def fit(
    network: lightning.LightningModule,
    training: Any,
    validation: Any,
    *,
    settings: FitSettings,
    hardware: HardwareSettings,
    files: FitFiles,
) -> int:
    """Train until the validation stops getting better; `network` is left as in its best epoch.

    A killed run resumes at its last finished epoch, and ends with the same result, also with
    another number of processes. The files stay until `FitFiles.finish` is called, once the result
    has been kept.

    Args:
        network: logs `validation_loss` each epoch.
        training: batches, in an order that depends on seed and epoch alone; each process gives its
            share of them.
        validation: batches, shared out or not.
        settings: epochs and patience.
        hardware: where to run.
        files: where it keeps its files.

    Returns:
        The number of epochs.

    Raises:
        RecordError: DVCLive cannot tell the commit.
        ShareError: a batch cannot be divided among the processes.
    """
    folder, record = files.folder, files.record
    folder.parent.mkdir(parents=True, exist_ok=True)
    resume = _resumable(folder, files.fingerprint)
    if resume is not None:
        take_up(resume, training, files.unfinished_record if is_first_process() else None)
    kept = folder / _CHECKPOINTS
    best = ModelCheckpoint(
        kept,
        _BEST,
        monitor=MONITORED,
        save_on_train_epoch_end=True,
        enable_version_counter=False,
    )
    last = ModelCheckpoint(kept, _LAST, save_on_train_epoch_end=True, enable_version_counter=False)
    stopping = EarlyStopping(MONITORED, patience=settings.patience)
    # The last one's holds the others' states, and so is written behind theirs.
    callbacks: list[Callback] = [
        RecordLosses(),
        stopping,
        StopAgain(stopping),
        RandomStates(),
        best,
        last,
    ]
    shown = sys.stderr.isatty()
    trainer = lightning.Trainer(
        accelerator=hardware.accelerator,
        devices=hardware.devices,
        num_nodes=hardware.nodes,
        strategy=hardware.strategy,
        precision=precision_of(hardware),
        max_epochs=settings.epochs,
        callbacks=[*callbacks, *([TQDMProgressBar()] if shown else [])],
        enable_progress_bar=shown,
        logger=loggers(files.unfinished_record, files.tracking, going_on=resume is not None),
        log_every_n_steps=1,
        gradient_clip_val=1.0,
        num_sanity_val_steps=0,
        enable_model_summary=False,
        default_root_dir=folder,
        use_distributed_sampler=False,  # batches are shared out by `model.shares`
    )
    check_shares(settings.batch_size, trainer.num_devices * trainer.num_nodes)
    with _commit_needed(record), naming(folder):
        trainer.fit(network, training, validation, ckpt_path=resume, weights_only=True)
    state = torch.load(kept / f"{_BEST}.ckpt", weights_only=True, map_location="cpu")
    network.load_state_dict(state["state_dict"])
    network.cpu().eval()
    trainer.strategy.barrier()
    return int(trainer.current_epoch)


def silence_hints() -> None:
    """Keep Lightning's hints about loaders and devices from standing between a stage's lines."""
    for name in ("lightning.pytorch", "lightning.fabric", "lightning.pytorch.utilities.rank_zero"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for message in (
        ".*does not have many workers.*",
        ".*treespec, LeafSpec.*",
        # Not a mistake: a killed run resumes from it.
        "Checkpoint directory .* exists and is not empty.*",
    ):
        warnings.filterwarnings("ignore", message=message)


def _resumable(folder: Path, fingerprint: str) -> Path | None:
    """The last checkpoint of a killed run with the same fingerprint; None where there is none.

    The first of several processes drops another run's files. The others find none to go on with
    before it does so, and behind it: it cannot train, and so leave a checkpoint, without them.
    """
    stamp = folder / _FINGERPRINT
    try:
        same = stamp.read_text(encoding="utf-8") == fingerprint
    except FileNotFoundError:
        same = False
    if not same and not is_first_process():
        return None
    if not same:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        stamp.write_text(fingerprint, encoding="utf-8")
    last = folder / _CHECKPOINTS / f"{_LAST}.ckpt"
    return last if last.is_file() else None


@contextmanager
def _commit_needed(record: Path | None) -> Iterator[None]:
    """DVCLive looks for the commit when training starts; say so where there is none."""
    from scmrepo.exceptions import SCMError

    try:
        yield
    except SCMError as error:
        raise RecordError(
            f"{record}: DVCLive cannot tell which commit this is ({error}); make a first commit"
        ) from None
