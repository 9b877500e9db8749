"""What attributes' losses are told to learn of label values."""

from typing import Final, get_args

import torch
from torch import Tensor

from model.settings import UncertainPolicy, UnmentionedPolicy

POLICIES: Final[tuple[UncertainPolicy, ...]] = get_args(UncertainPolicy)
_SOFT: Final = 0.5


def attribute_targets(
    values: Tensor, policy: UncertainPolicy, unmentioned: UnmentionedPolicy
) -> tuple[Tensor, Tensor]:
    """What to learn of label values, and how much each counts.

    Args:
        values: [B, K] 1 affirmed, 0 negated, -1 uncertain, NaN not mentioned.
        policy: what to take an uncertain value for.
        unmentioned: `zeros` takes what no report speaks of for absent; `ignore` for unknown.

    Returns:
        [B, K] targets from 0 to 1, and [B, K] weights, 0 for what is not known.

    Raises:
        ValueError: the policy is unknown, or a value is none of the four.
    """
    if policy not in POLICIES:
        raise ValueError(f"uncertain policy '{policy}'; expected one of {', '.join(POLICIES)}")
    unknown, doubted = values.isnan(), values == -1
    if not bool((unknown | doubted | (values == 0) | (values == 1)).all()):
        raise ValueError("a label is none of 1, 0, -1 and NaN; read it from the labels table")
    meant = {"ones": 1.0, "zeros": 0.0, "soft": _SOFT, "ignore": 0.0}[policy]
    targets = values.masked_fill(unknown, 0.0).masked_fill(doubted, meant)
    left_out = torch.zeros_like(unknown) if unmentioned == "zeros" else unknown
    if policy == "ignore":
        left_out = left_out | doubted
    return targets, (~left_out).to(targets.dtype)
