"""Class activation maps of a classifier: CAM, and what torchcam makes of gradients."""

import torch
from torch import Tensor, nn
from torchcam.methods import GradCAM, LayerCAM

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

    With y what is explained (below) and A_c the last features, alpha_c is the mean of dy/dA_c over
    the cells and M = relu(sum_c alpha_c A_c). Behind global average pooling and a linear layer
    alpha is w/(hw), so that its maps differ from CAM's only in how queries are joined before the
    relu. For the same reason HiResCAM (Draelos and Carin 2020), relu(sum_c dy/dA_c A_c), is this
    map and no method of its own here.

    Args:
        network: the classifier.
        features: [B, C, h, w] its last ones.
        queries: [Q] rows of its concepts.

    Source: Selvaraju et al. 2017, equations 1 and 2.
    """
    return _explained(GradCAM, network, features, queries)


def layer_activation(network: ImageClassifier, features: Tensor, queries: Tensor) -> Tensor:
    """[B, h, w] LayerCAM, 0 to 1, each scaled by its own range.

    M = relu(sum_c relu(dy/dA_c) A_c), cell by cell: what speaks against the queries is left out,
    where CAM and Grad-CAM take it off the map.

    Args:
        network: the classifier.
        features: [B, C, h, w] its last ones.
        queries: [Q] rows of its concepts.

    Source: Jiang et al. 2021, "LayerCAM: Exploring Hierarchical Class Activation Maps for
    Localization", equations 7 to 9.
    """
    return _explained(LayerCAM, network, features, queries)


class _FromFeatures(nn.Module):
    """A classifier from its last features on, which thereby become a layer to be explained."""

    def __init__(self, network: ImageClassifier) -> None:
        super().__init__()
        self.features = nn.Identity()
        self.network = network

    def forward(self, features: Tensor) -> Tensor:
        """[B, K] logits of [B, C, h, w] features."""
        return self.network.classify(self.features(features)).float()


def _explained(
    extractor: type[GradCAM | LayerCAM],
    network: ImageClassifier,
    features: Tensor,
    queries: Tensor,
) -> Tensor:
    """[B, h, w] scaled maps of the queries' logits, each weighted by its probability and added."""

    def explained(logits: Tensor) -> Tensor:
        own = logits[queries]
        return (own * own.detach().sigmoid()).sum()

    classifier = _FromFeatures(network)
    with torch.enable_grad(), extractor(classifier, classifier.features) as extract:
        logits = classifier(features.detach().requires_grad_())
        (maps,) = extract(scores=logits, targets=explained, normalized=False)
    return _scaled(maps)


def _scaled(maps: Tensor) -> Tensor:
    return maps / maps.amax(dim=(1, 2), keepdim=True).clamp_min(_TINY)
