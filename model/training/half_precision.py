"""Weights in half precision, to be kept where space is dear."""

from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from model.training.card import WeightsError, read_card, read_weights, write_weights

#: Tensors of fewer dimensions, such as a norm's statistics, are small and keep what they are.
_LEAST_DIMENSIONS: Final = 2


def halve_weights(source: Path, target: Path, kind: str) -> None:
    """Copy a folder of weights, matrices and convolutions in half precision.

    A network takes them up in its own precision, without any further loss.

    Args:
        source: folder of weights and card.
        target: folder to write to.
        kind: of the network.

    Raises:
        WeightsError: there are no such weights, or a number is too large for half precision.
    """
    card = read_card(source, kind)
    state = {name: _halved(name, value, source) for name, value in read_weights(source).items()}
    write_weights(state, card, target)


def _halved(name: str, value: Tensor, source: Path) -> Tensor:
    if not value.is_floating_point() or value.ndim < _LEAST_DIMENSIONS:
        return value
    halved = value.to(torch.float16)
    if not torch.equal(halved.isfinite(), value.isfinite()):
        raise WeightsError(
            f"{source}: tensor {name} has {value.abs().amax():.3g}, more than half precision holds"
        )
    return halved
