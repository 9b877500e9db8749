"""How the baselines' classifiers learn from reports."""

from typing import Any

import lightning
from torch import Tensor

from model.baselines.classifier import ImageClassifier, hide_patches
from model.network.learning import positive_weights
from model.network.losses import attribute_loss, attribute_targets
from model.settings import ClassifierSettings, NetworkSettings
from model.tensors.pictures import Batch
from model.training.augmentation import vary
from model.training.fitting import MONITORED
from model.training.schedule import one_cycle


class ClassifierLearning(lightning.LightningModule):
    """Trains a classifier on the same labels, and by the same policy, as the network.

    Args:
        classifier: what learns.
        taught: [N, K] label values of the images to learn from, in their cohort's order.
        held_back: [N, K] of those to validate on.
        settings: of its training.
        policy: what uncertain and unmentioned values are taken for.
        steps: batches of an epoch.
    """

    taught: Tensor
    held_back: Tensor
    balance: Tensor

    def __init__(
        self,
        classifier: ImageClassifier,
        taught: Tensor,
        held_back: Tensor,
        settings: ClassifierSettings,
        policy: NetworkSettings,
        steps: int,
    ) -> None:
        super().__init__()
        self.classifier = classifier
        self.settings = settings
        self.policy = policy
        self.steps = steps
        self.register_buffer("taught", taught, persistent=False)
        self.register_buffer("held_back", held_back, persistent=False)
        self.register_buffer("balance", positive_weights(taught), persistent=False)

    def training_step(self, batch: Batch, number: int) -> Tensor:
        """Loss of varied pictures; none is mirrored, since labels name sides."""
        seed = (self.settings.seed, self.current_epoch, number, self.global_rank)
        pixels, _ = vary(batch.pixels, batch.boxes, seed, mirror=False)
        loss = self._loss(self.shown(pixels, seed), self.taught[batch.places])
        self.log("train_attributes", loss, on_epoch=True, on_step=False, batch_size=len(pixels))
        return loss

    def validation_step(self, batch: Batch, number: int) -> None:
        """Loss of the pictures as they are."""
        del number
        loss = self._loss(batch.pixels, self.held_back[batch.places])
        self.log(MONITORED, loss, batch_size=len(batch.pixels), sync_dist=True)

    def configure_optimizers(self) -> Any:
        """AdamW with one cycle of the learning rate."""
        return one_cycle(self.parameters(), self.settings, self.steps)

    def shown(self, pixels: Tensor, seed: tuple[int, ...]) -> Tensor:
        """What training shows of varied pictures: all of them."""
        del seed
        return pixels

    def _loss(self, pixels: Tensor, values: Tensor) -> Tensor:
        targets, weights = attribute_targets(values, self.policy.uncertain, self.policy.unmentioned)
        return attribute_loss(self.classifier(pixels).float(), targets, weights, self.balance)


class HideAndSeekLearning(ClassifierLearning):
    """Trains a classifier on pictures with parts hidden (Singh and Lee 2017)."""

    def shown(self, pixels: Tensor, seed: tuple[int, ...]) -> Tensor:
        """Pictures with random patches hidden."""
        return hide_patches(pixels, seed)
