"""Going on with a broken training as if it had not been broken: what checkpoints have to hold."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping

from data_contracts.whole_files import whole_file
from model.training.recorded_losses import TRAINED

# In DVCLive's folder: the curves of the metrics, and the last value of each.
_CURVES: Final = Path("plots", "metrics")
_SUMMARY: Final = "metrics.json"


def take_up(checkpoint: Path, training: Any, record: Path | None) -> None:
    """Have batches and record begin where a checkpoint was written.

    Lightning starts the processes that read batches before it tells the order which epoch it is.
    What the broken run has put on record behind the checkpoint is put there again.

    Args:
        checkpoint: the last one, written behind an epoch.
        training: batches, whose sampler may depend on the epoch.
        record: DVCLive's folder; None where there is none, or another process sees to it.
    """
    state = torch.load(checkpoint, weights_only=True, map_location="cpu")
    # As Lightning looks for it.
    batches = getattr(training, "batch_sampler", None)
    for sampler in (getattr(training, "sampler", None), getattr(batches, "sampler", None)):
        set_epoch = getattr(sampler, "set_epoch", None)
        if set_epoch is not None:
            set_epoch(int(state["epoch"]) + 1)
    if record is None:
        return
    latest: dict[tuple[str, ...], float] = {}
    steps = [0]
    for file in record.rglob("*.tsv"):
        heading, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
        # A row an epoch. Steps do not tell: DVCLive calls both 0 and 1 the first.
        kept = rows[: int(state["epoch"]) + 1]
        with whole_file(file) as partial:
            partial.write_text("".join([heading, *kept]), encoding="utf-8")
        if kept:
            name = file.relative_to(record / _CURVES).with_suffix("").parts
            latest[name] = _number(kept[-1].split("\t")[-1].strip())
            steps.append(int(kept[-1].split("\t")[heading.split("\t").index("step")]))
    _sum_up(record / _SUMMARY, latest, max(steps))


def _number(text: str) -> float:
    """A number as DVCLive has written it, whole ones without a point."""
    return int(text) if text.isdecimal() else float(text)


def _sum_up(path: Path, latest: Mapping[tuple[str, ...], float], step: int) -> None:
    """Have DVCLive's summary say what its curves end with: a kill may come between the two.

    One that came as it was written leaves no summary to read.
    """
    if not path.is_file():
        return
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        summary = {"step": step}
    for (*groups, name), value in latest.items():
        place = summary
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = value
    with whole_file(path) as partial:
        partial.write_text(json.dumps(summary, indent=4), encoding="utf-8")


class RandomStates(Callback):
    """Keeps where the generators of random numbers are, such as those that dropout draws from.

    A checkpoint is written behind an epoch's validation, and taken up where the next epoch starts;
    nothing is drawn between the two.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Any] | None = None

    def state_dict(self) -> dict[str, Any]:
        """The generators' states, as tensors and plain values."""
        kind, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002
        return {
            "python": random.getstate(),
            "numpy": (kind, [int(key) for key in keys], *rest),
            "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Remember the states until the first epoch starts."""
        self._kept = state_dict

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Set the generators to where a broken run was."""
        del trainer, pl_module
        if self._kept is None:
            return
        version, keys, gauss = self._kept["python"]
        random.setstate((version, tuple(keys), gauss))
        np.random.set_state(self._kept["numpy"])  # noqa: NPY002
        torch.set_rng_state(self._kept["torch"].cpu())
        if len(self._kept["cuda"]) == torch.cuda.device_count():
            torch.cuda.set_rng_state_all([state.cpu() for state in self._kept["cuda"]])
        self._kept = None


class RecordLosses(Callback):
    """Puts an epoch's training losses on record before its checkpoint is written.

    Lightning does so behind it, where a kill in between would lose them for good.
    """

    def on_train_epoch_end(self, trainer: lightning.Trainer, pl_module: Any) -> None:
        """Log what is called `train_...`."""
        del pl_module
        found = {
            name: float(value)
            for name, value in trainer.callback_metrics.items()
            if name.startswith(TRAINED)
        }
        for logger in trainer.loggers if found else ():
            logger.log_metrics(found, trainer.global_step - 1)


class StopAgain(Callback):
    """Ends a training at once that was broken behind the epoch in which it had been stopped.

    Args:
        stopping: what stopped it.
    """

    def __init__(self, stopping: EarlyStopping) -> None:
        self._stopping = stopping

    def on_train_start(self, trainer: lightning.Trainer, pl_module: Any) -> None:
        """Look whether there was no patience left."""
        del pl_module
        if self._stopping.wait_count >= self._stopping.patience:
            trainer.should_stop = True
