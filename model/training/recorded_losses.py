"""The losses that a network reports of each epoch, and their names in its record."""

from collections.abc import Mapping
from typing import Final

import lightning
from torch import Tensor

#: What names of the training's own losses begin with: means over its batches.
TRAINED: Final = "train_"
#: What a network reports of each epoch's validation; less is better.
MONITORED: Final = "validation_loss"


def record_training(
    module: lightning.LightningModule, losses: Mapping[str, Tensor], images: int
) -> None:
    """Put a batch's losses on record, for the means of its epoch.

    Args:
        module: of the network that is trained.
        losses: by name, scalars.
        images: how many the batch has.
    """
    named = {f"{TRAINED}{name}": loss for name, loss in losses.items()}
    # Written by `resuming.RecordLosses`, once an epoch and before its checkpoint.
    module.log_dict(
        named, logger=False, on_epoch=True, on_step=False, batch_size=images, sync_dist=True
    )


def record_validation(module: lightning.LightningModule, loss: Tensor, images: int) -> None:
    """Put a validation batch's loss, a scalar, on record."""
    module.log(MONITORED, loss, batch_size=images, sync_dist=True)
