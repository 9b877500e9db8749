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

from model.settings import FitSettings, HardwareSettings, TrackingSettings
from model.training.hardware import precision_of
from model.training.tracking import loggers

#: What a network reports of each epoch's validation; less is better.
MONITORED: Final = "validation_loss"
_LAST: Final = "last.ckpt"
_BEST: Final = "best"
_CHECKPOINTS: Final = "checkpoints"
_FINGERPRINT: Final = "fingerprint"


@dataclass(frozen=True, slots=True)
class FitFiles:
    """Where a training keeps its files.

    Attributes:
        folder: of the checkpoints, removed when the training is over.
        fingerprint: of all that the result depends on; checkpoints with another are dropped.
        record: folder of DVCLive's metrics and plots; None keeps none.
        tracking: what follows the training beside that record.
    """

    folder: Path
    fingerprint: str
    record: Path | None = None
    tracking: TrackingSettings = field(default_factory=TrackingSettings)


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

    A killed run resumes at its last finished epoch, and ends with the same result.

    Args:
        network: logs `validation_loss` each epoch.
        training: batches, in an order that depends on seed and epoch alone.
        validation: batches.
        settings: epochs and patience.
        hardware: where to run.
        files: where it keeps its files.

    Returns:
        The number of epochs.

    Raises:
        RecordError: DVCLive cannot tell the commit.
    """
    folder, record = files.folder, files.record
    resume = _resumable(folder, files.fingerprint)
    checkpoints = ModelCheckpoint(
        folder / _CHECKPOINTS,
        filename=_BEST,
        monitor=MONITORED,
        save_last=True,
        enable_version_counter=False,
    )
    callbacks: list[Callback] = [checkpoints, EarlyStopping(MONITORED, patience=settings.patience)]
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
        logger=loggers(record, files.tracking, going_on=resume is not None),
        log_every_n_steps=1,
        gradient_clip_val=1.0,
        num_sanity_val_steps=0,
        enable_model_summary=False,
        default_root_dir=folder,
    )
    with _commit_needed(record):
        trainer.fit(network, training, validation, ckpt_path=resume, weights_only=True)
    best = torch.load(checkpoints.best_model_path, weights_only=True, map_location="cpu")
    network.load_state_dict(best["state_dict"])
    network.cpu().eval()
    epochs = int(trainer.current_epoch)
    trainer.strategy.barrier()
    if trainer.is_global_zero:
        shutil.rmtree(folder)
    return epochs


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
    """The last checkpoint of a killed run with the same fingerprint; None where there is none."""
    stamp = folder / _FINGERPRINT
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != fingerprint:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        stamp.write_text(fingerprint, encoding="utf-8")
    last = folder / _CHECKPOINTS / _LAST
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
