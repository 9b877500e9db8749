"""Folds a trained detector's batch norms for inference: equal results, to rounding, for less work.

Training and checkpoints use the detector itself; the folded copy is never saved.
"""

import copy
from itertools import pairwise

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from model.detector.backbone import normalise_grey
from model.detector.retinanet import Detector


def fold(detector: Detector) -> Detector:
    """A copy whose body has no batch norm, takes one channel and applies ReLU after pooling.

    A frozen batch norm scales and shifts each channel, which the convolution before it can do.
    Weights are stored channels-last, as the pictures are.

    Args:
        detector: trained; it is not changed, and later training does not change the copy.
    """
    folded = copy.deepcopy(detector).eval()
    body = folded.retinanet.backbone.body
    _fold_norms(body)
    body["conv1"] = _of_grey(body["conv1"])
    # Max pooling and ReLU commute, and after pooling there are a quarter as many values.
    body["maxpool"] = nn.Sequential(body["maxpool"], body["relu"])
    body["relu"] = nn.Identity()
    folded.normalise = normalise_grey
    return folded.to(memory_format=torch.channels_last)


def _fold_norms(network: nn.Module) -> None:
    """Put each batch norm into the convolution that was registered right before it."""
    for module in network.modules():
        for (name, layer), (after, norm) in pairwise(list(module.named_children())):
            if isinstance(layer, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                setattr(module, name, fuse_conv_bn_eval(layer, norm))
                setattr(module, after, nn.Identity())


def _of_grey(first: nn.Conv2d) -> nn.Conv2d:
    """The convolution of [B, 1, S, S] that gives what `first` gives of three equal channels."""
    grey = copy.deepcopy(first)
    grey.in_channels = 1
    grey.weight = nn.Parameter(
        first.weight.detach().sum(dim=1, keepdim=True), first.weight.requires_grad
    )
    return grey
