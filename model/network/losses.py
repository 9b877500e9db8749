"""The two losses: which image belongs to which report, and which attributes an image has."""

from typing import Final, get_args

import torch
from torch import Tensor
from torch.nn import functional

from model.settings import UncertainPolicy, UnmentionedPolicy

POLICIES: Final[tuple[UncertainPolicy, ...]] = get_args(UncertainPolicy)
_SOFT: Final = 0.5


def matching_loss(scores: Tensor, same: Tensor, temperature: float = 0.1) -> Tensor:
    """Contrastive loss over a batch in which image I belongs to report I, both ways.

    A pair off the diagonal whose report says the same as the image's own is no negative: it is
    left out, since nothing tells the two apart.

    Args:
        scores: [B, B] of each image (row) with each report (column).
        same: [B, B] true where two reports have the same attributes.
        temperature: divides the scores.

    Returns:
        [] mean of image to report and report to image; 0 where no pair has a negative.

    Source: Bhalodia et al. 2021, equation 3; Oord et al. 2018.
    """
    own = torch.eye(len(scores), dtype=torch.bool, device=scores.device)
    logits = (scores / temperature).masked_fill(same & ~own, -torch.inf)
    target = torch.arange(len(scores), device=scores.device)
    to_report = functional.cross_entropy(logits, target)
    to_image = functional.cross_entropy(logits.T, target)
    return (to_report + to_image) / 2


def same_attributes(sets: Tensor) -> Tensor:
    """[B, B] whether two reports have the same attributes.

    Args:
        sets: [B, K] true where report B affirms concept K.
    """
    return (sets[:, None, :] == sets[None, :, :]).all(dim=-1)


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


def attribute_loss(
    logits: Tensor, targets: Tensor, weights: Tensor, positive_weights: Tensor
) -> Tensor:
    """Class-balanced binary cross-entropy.

    Args:
        logits: [B, K] of each attribute.
        targets: [B, K] from 0 to 1.
        weights: [B, K] how much each counts, 0 or more.
        positive_weights: [K] weight of an attribute's positives against its negatives.

    Returns:
        [] weighted mean; 0 where nothing counts.
    """
    losses = functional.binary_cross_entropy_with_logits(
        logits, targets, weights, pos_weight=positive_weights, reduction="sum"
    )
    return losses / weights.sum().clamp_min(1e-6)
