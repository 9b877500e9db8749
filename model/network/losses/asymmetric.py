"""The asymmetric loss, for labels most of which are absent from most images.

Ridnik et al., "Asymmetric Loss For Multi-Label Classification", ICCV 2021.
"""

from typing import Final

from torch import Tensor
from torch.nn import functional

# As they train; their focus on positives is 0.
_NEGATIVE_FOCUS: Final = 4
_MARGIN: Final = 0.05


def asymmetric(
    logits: Tensor, targets: Tensor, weights: Tensor, positive_weights: Tensor
) -> Tensor:
    """Cross-entropy whose negatives count less the easier they are, and not at all below a margin.

    With the probability p, a positive costs -log p and a negative -q^4 log(1 - q), where
    q = max(p - 0.05, 0). That stands in the place of positives' weights, which are not looked at. A
    soft target shares both costs. The paper sums over attributes; this is a mean, so that it stands
    to the matching loss as cross-entropy does.

    Takes and gives what `model.network.losses.attributes.AttributeLoss` says.
    """
    del positive_weights
    logits = logits.float()
    shifted = (logits.sigmoid() - _MARGIN).clamp_min(0)
    positive = -functional.logsigmoid(logits)
    negative = -shifted.pow(_NEGATIVE_FOCUS) * (-shifted).log1p()
    losses = weights * (targets * positive + (1 - targets) * negative)
    return losses.sum() / weights.sum().clamp_min(1e-6)
