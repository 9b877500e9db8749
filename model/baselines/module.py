"""Lightning modules of the baselines' classifiers, which learn from reports."""

from typing import Any

import lightning
from torch import Tensor

from model.baselines.classifier import ImageClassifier, hide_patches
from model.network.losses.attributes import load_attribute_loss
from model.network.losses.targets import attribute_targets
from model.network.module import positive_weights
from model.settings import ModelSettings
from model.shares import as_of_the_whole_batch, this_share
from model.tensors.pictures import Batch
from model.training.augmentation import augment
from model.training.recorded_losses import record_training, record_validation
from model.training.schedule import one_cycle


class ClassifierModule(lightning.LightningModule):
    """Trains a classifier on the labels that the network learns from, by the same policy and loss.

    Args:
        classifier: to train.
        train_values: [N, K] label values of the training split, in its cohort's order.
        validation_values: [N, K] label values of the validation split, likewise.
        settings: those of `classifier`, and the network's loss and policies of uncertain and
            unmentioned values.
        steps: batches of an epoch.
    """

    train_values: Tensor
    validation_values: Tensor
    positive_weights: Tensor

    def __init__(
        self,
        classifier: ImageClassifier,
        train_values: Tensor,
        validation_values: Tensor,
        settings: ModelSettings,
        steps: int,
    ) -> None:
        super().__init__()
        self.classifier = classifier
        self.settings = settings.classifier
        self.policy = settings.network
        self.pace = settings.backbone.pace
        self.attribute_loss = load_attribute_loss(settings.network.loss)
        self.steps = steps
        self.register_buffer("train_values", train_values, persistent=False)
        self.register_buffer("validation_values", validation_values, persistent=False)
        self.register_buffer("positive_weights", positive_weights(train_values), persistent=False)

    def training_step(self, batch: Batch, number: int) -> Tensor:
        """Loss of augmented pictures; none is mirrored, since labels name sides."""
        seed, part = (self.settings.seed, self.current_epoch, number, 0), this_share()
        pixels, _ = augment(batch.pixels, batch.boxes, seed, mirror=False, part=part)
        loss = self._loss(self.training_pixels(pixels, seed), self.train_values[batch.positions])
        record_training(self, {"attributes": loss}, len(pixels))
        return loss

    def validation_step(self, batch: Batch, number: int) -> None:
        """Loss of the pictures as they are."""
        del number
        loss = self._loss(batch.pixels, self.validation_values[batch.positions])
        record_validation(self, loss, len(batch.pixels))

    def configure_optimizers(self) -> Any:
        """AdamW with one cycle of the learning rate."""
        body = self.classifier.body.parameters()
        return one_cycle(self.parameters(), self.settings, self.steps, body, self.pace)

    def training_pixels(self, pixels: Tensor, seed: tuple[int, ...]) -> Tensor:
        """[B, 1, S, S] uint8 what the classifier is trained on, of augmented pictures: the same.

        Args:
            pixels: [B, 1, S, S] uint8.
            seed: of a subclass's random choices.
        """
        del seed
        return pixels

    def _loss(self, pixels: Tensor, values: Tensor) -> Tensor:
        targets, weights = attribute_targets(values, self.policy.uncertain, self.policy.unmentioned)
        logits = self.classifier(pixels).float()
        loss = self.attribute_loss(logits, targets, weights, self.positive_weights)
        return as_of_the_whole_batch(loss, weights) if self.training else loss


class HideAndSeekModule(ClassifierModule):
    """Trains a classifier on pictures with hidden patches (Singh and Lee 2017)."""

    def training_pixels(self, pixels: Tensor, seed: tuple[int, ...]) -> Tensor:
        """[B, 1, S, S] uint8 pictures with random patches hidden."""
        return hide_patches(pixels, seed, part=this_share())
