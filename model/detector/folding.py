"""Folds a trained detector's batch norms for inference: equal results, to rounding, for less work.

Training and checkpoints use the detector itself; the folded copy is never saved.
"""

import copy
from itertools import pairwise
from typing import Final

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from model.detector.retinanet import Detector

# How far the copy's features may be from the detector's, as a share of their size.
_TOLERANCE: Final = 1e-3


def fold(detector: Detector) -> Detector:
    """A copy in which convolutions do the work of the batch norms behind them.

    A frozen batch norm scales and shifts each channel, which the convolution before it can do.
    Weights are stored channels-last, as the pictures are. Which norm stands behind which
    convolution is told by the order in which a body names them; where that misleads, and the copy
    does not see what the detector sees, nothing is folded.

    Args:
        detector: trained; it is not changed, and later training does not change the copy.
    """
    whole = copy.deepcopy(detector).eval()
    folded = copy.deepcopy(whole)
    _fold_norms(folded.pyramid.body)
    found = folded if _see_the_same(whole, folded) else whole
    return found.to(memory_format=torch.channels_last)


def _fold_norms(network: nn.Module) -> None:
    """Put each batch norm into the convolution that was registered right before it."""
    for module in network.modules():
        for (name, layer), (after, norm) in pairwise(list(module.named_children())):
            if isinstance(layer, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, name, fuse_conv_bn_eval(layer, norm))
                # timm's norms may have an activation of their own.
                setattr(module, after, getattr(norm, "act", nn.Identity()))


@torch.inference_mode()
def _see_the_same(one: Detector, other: Detector) -> bool:
    """Whether two detectors have the same features of a picture."""
    chance = torch.Generator().manual_seed(0)
    size = one.size
    pixels = torch.randint(0, 256, (1, 1, size, size), generator=chance, dtype=torch.uint8)
    try:
        pairs = zip(one.features(pixels), other.features(pixels), strict=True)
        return all(
            bool((own - found).abs().max() <= _TOLERANCE * own.abs().max()) for own, found in pairs
        )
    except RuntimeError:  # a norm was put into a convolution of other channels
        return False
