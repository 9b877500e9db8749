"""Going on with a broken training as if it had not been broken: what checkpoints have to hold."""

import random
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping


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
