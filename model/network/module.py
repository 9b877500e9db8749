"""Lightning module of the network: matches images with reports, and classifies attributes."""

from typing import Any, Final

import lightning
import torch
from torch import Tensor

from model.network.attention import Attended
from model.network.losses.attributes import load_attribute_loss
from model.network.losses.matching import matching_loss, same_attributes
from model.network.losses.targets import attribute_targets
from model.network.network import LocalizationNetwork
from model.settings import NetworkSettings
from model.shares import as_of_the_whole_batch
from model.tensors.region_stream import RegionBatch
from model.training.recorded_losses import record_training, record_validation
from model.training.schedule import one_cycle

_MAX_POSITIVE_WEIGHT: Final = 8.0


def positive_weights(values: Tensor) -> Tensor:
    """[K] weight of an attribute's positives: the root of how many there are for each, up to 8.

    Args:
        values: [N, K] label values of the training cohort.
    """
    positives = (values == 1).sum(dim=0).clamp_min(1)
    return (len(values) / positives).sqrt().clamp(1, _MAX_POSITIVE_WEIGHT)


class NetworkModule(lightning.LightningModule):
    """Trains the network on regions and reports.

    Args:
        network: to train.
        values: [N, K] label values of the cohort's images, in its order.
        settings: of its training.
        steps: batches of an epoch.
    """

    values: Tensor
    positive_weights: Tensor

    def __init__(
        self, network: LocalizationNetwork, values: Tensor, settings: NetworkSettings, steps: int
    ) -> None:
        super().__init__()
        self.network = network
        self.settings = settings
        self.steps = steps
        self.attribute_loss = load_attribute_loss(settings.loss)
        self.register_buffer("values", values, persistent=False)
        self.register_buffer("positive_weights", positive_weights(values), persistent=False)

    def losses(self, batch: RegionBatch) -> dict[str, Tensor]:
        """Attribute loss and, where its weight is not 0, matching loss of a batch, [] each."""
        values = self.values[batch.positions]
        regions, objectness, mask = batch.regions, batch.objectness, batch.mask
        targets, weights = attribute_targets(
            values, self.settings.uncertain, self.settings.unmentioned
        )
        logits = self.network(regions, objectness, mask).logits
        loss = self.attribute_loss(logits, targets, weights, self.positive_weights)
        found = {"attributes": as_of_the_whole_batch(loss, weights) if self.training else loss}
        has_positive = (values == 1).any(dim=1)
        if self.settings.matching and int(has_positive.sum()) > 1:
            affirmed = values[has_positive] == 1
            matched = self.network.match(
                regions[has_positive], objectness[has_positive], affirmed, mask[has_positive]
            )
            found["matching"] = self.settings.matching * matching_loss(
                self._scores(matched), same_attributes(affirmed)
            )
        return found

    def training_step(self, batch: RegionBatch, number: int) -> Tensor:
        """Sum of the losses."""
        del number
        losses = self.losses(batch)
        record_training(self, losses, len(batch[0]))
        return torch.stack(list(losses.values())).sum()

    def validation_step(self, batch: RegionBatch, number: int) -> None:
        """Sum of the losses on the validation split."""
        del number
        losses = self.losses(batch)
        total = torch.stack(list(losses.values())).sum()
        record_validation(self, total, len(batch[0]))

    def configure_optimizers(self) -> Any:
        """AdamW with one cycle of the learning rate."""
        return one_cycle(self.parameters(), self.settings, self.steps)

    def _scores(self, matched: Attended) -> Tensor:
        return matched.scores if self.settings.text_attention else matched.attribute_agreement
