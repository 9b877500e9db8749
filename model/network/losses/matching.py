"""Which image belongs to which report: the contrastive loss."""

import torch
from torch import Tensor
from torch.nn import functional


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
