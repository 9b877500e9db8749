"""Lightning module of the detector."""

from typing import Any

import lightning
import torch
from torch import Tensor

from model.detector.retinanet import Detector
from model.settings import DetectorSettings
from model.shares import this_share
from model.tensors.pictures import Batch
from model.training.augmentation import augment
from model.training.recorded_losses import record_training, record_validation
from model.training.schedule import one_cycle


class DetectorModule(lightning.LightningModule):
    """Trains a detector.

    Args:
        detector: to train.
        settings: of its training.
        steps: batches of an epoch.
        pace: share of the learning rate that the body's weights take.
    """

    def __init__(
        self, detector: Detector, settings: DetectorSettings, steps: int, pace: float = 1.0
    ) -> None:
        super().__init__()
        self.detector = detector
        self.settings = settings
        self.pace = pace
        self.steps = steps

    def training_step(self, batch: Batch, number: int) -> Tensor:
        """Loss of augmented pictures."""
        seed = (self.settings.seed, self.current_epoch, number, 0)
        pixels, boxes = augment(batch.pixels, batch.boxes, seed, part=this_share())
        losses = self.detector.losses(pixels, boxes)
        record_training(self, losses, len(pixels))
        return torch.stack(list(losses.values())).sum()

    def validation_step(self, batch: Batch, number: int) -> None:
        """Loss of the pictures as they are."""
        del number
        loss = torch.stack(list(self.detector.losses(batch.pixels, batch.boxes).values())).sum()
        record_validation(self, loss, len(batch.pixels))

    def configure_optimizers(self) -> Any:
        """AdamW with one cycle of the learning rate."""
        body = self.detector.pyramid.body.parameters()
        return one_cycle(self.parameters(), self.settings, self.steps, body, self.pace)
