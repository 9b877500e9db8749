"""Class activation maps and Grad-CAM of a classifier."""

import torch
from torch import Tensor

from model.baselines.classifier import ImageClassifier

_TINY = 1e-6


def class_activation(network: ImageClassifier, features: Tensor, queries: Tensor) -> Tensor:
    """[B, h, w] class activation maps, 0 to 1, each scaled by its own range.

    For concept k with output weights w_k, M_k = relu(sum_c w_kc F_c); the queries' maps are added,
    each weighted by its probability.

    Args:
        network: the classifier.
        features: [B, C, h, w] its last ones.
        queries: [Q] rows of its concepts.

    Source: Zhou et al. 2016, equation 2.
    """
    with torch.no_grad():
        probabilities = network.classify(features).sigmoid()[:, queries]
        weights = network.output.weight[queries].float()
        maps = torch.einsum("bchw,qc->bqhw", features, weights).relu()
        return _scaled(torch.einsum("bqhw,bq->bhw", maps, probabilities))


def gradient_activation(network: ImageClassifier, features: Tensor, queries: Tensor) -> Tensor:
    """[B, h, w] Grad-CAM, 0 to 1, each scaled by its own range.

    With y_k the logit and A_c the last features, alpha_kc is the mean of dy_k/dA_c over the cells
    and M_k = relu(sum_c alpha_kc A_c). What is explained is the queries' sum of log-probabilities'
    logits weighted by their probabilities, in one backward pass. Behind global average pooling
    and a linear layer alpha is w/(hw), so that its maps differ from CAM's only in how queries are
    joined before the relu.

    Args:
        network: the classifier.
        features: [B, C, h, w] its last ones.
        queries: [Q] rows of its concepts.

    Source: Selvaraju et al. 2017, equations 1 and 2.
    """
    with torch.enable_grad():
        features = features.detach().requires_grad_()
        logits = network.classify(features).float()[:, queries]
        explained = (logits * logits.detach().sigmoid()).sum()
        (gradients,) = torch.autograd.grad(explained, features)
    alpha = gradients.mean(dim=(2, 3))
    return _scaled(torch.einsum("bchw,bc->bhw", features.detach(), alpha).relu())


def _scaled(maps: Tensor) -> Tensor:
    return maps / maps.amax(dim=(1, 2), keepdim=True).clamp_min(_TINY)
