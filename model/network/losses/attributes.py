"""What a loss of attributes is, and finding the one that the settings name."""

from typing import Protocol, cast

from torch import Tensor

from model.registries.losses import LOSSES
from model.registries.registry import resolve_function


class AttributeLoss(Protocol):
    """Says how wrong attributes' logits are."""

    def __call__(
        self, logits: Tensor, targets: Tensor, weights: Tensor, positive_weights: Tensor
    ) -> Tensor:
        """[] weighted mean over what counts; 0 where nothing does.

        Args:
            logits: [B, K] of each attribute.
            targets: [B, K] from 0 to 1.
            weights: [B, K] how much each counts, 0 or more.
            positive_weights: [K] weight of an attribute's positives against its negatives.
        """
        ...


def load_attribute_loss(name: str) -> AttributeLoss:
    """The function of a loss.

    Args:
        name: one of `LOSSES`.

    Raises:
        ExtensionError: it is from outside and cannot be imported.
    """
    return cast("AttributeLoss", resolve_function(LOSSES[name]))
