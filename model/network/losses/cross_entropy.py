"""Class-balanced binary cross-entropy, as the paper has it."""

from torch import Tensor
from torch.nn import functional


def cross_entropy(
    logits: Tensor, targets: Tensor, weights: Tensor, positive_weights: Tensor
) -> Tensor:
    """Binary cross-entropy whose positives weigh more where they are rare.

    Takes and gives what `model.network.losses.attributes.AttributeLoss` says.
    """
    losses = functional.binary_cross_entropy_with_logits(
        logits, targets, weights, pos_weight=positive_weights, reduction="sum"
    )
    return losses / weights.sum().clamp_min(1e-6)
