"""The network: it sees regions and attributes in training, and regions alone afterwards."""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

from model.network.attention import Attended, CrossAttention

_TINY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class ImageReading:
    """The network's outputs for images, without any report.

    Attributes:
        logits: [I, K] of each attribute of the vocabulary.
        attention: [I, K, R] of each attribute over the regions; sums to 1.
        objectness: [I, R] 0 to 1; all 1 where the network does not use it.
    """

    logits: Tensor
    attention: Tensor
    objectness: Tensor

    @property
    def probabilities(self) -> Tensor:
        """[I, K] of each attribute, 0 to 1."""
        return self.logits.sigmoid()

    def region_scores(self, queries: Tensor, *, weighted: bool = True) -> Tensor:
        """[I, R] how much the regions look like what is asked for, 0 to 1.

        The score weights each query's attention a_k by the query's probability p_k:
        score_r = o_r max_k(p_k) sum_k(p_k a_kr) / sum_k(p_k), over the queries k. Attention is
        relative to the other regions of an image and sums to 1; only the objectness o_r compares
        regions of different images.

        Args:
            queries: [Q] indices in the vocabulary.
            weighted: by the probabilities; False weights all queries equally, for an ablation.
        """
        attention = self.attention[:, queries]
        if not weighted:
            return attention.mean(dim=1) * self.objectness
        probabilities = self.probabilities[:, queries]
        share = probabilities / probabilities.sum(dim=-1, keepdim=True).clamp_min(_TINY)
        certainty = probabilities.amax(dim=-1, keepdim=True)
        return torch.einsum("iq,iqr->ir", share, attention) * certainty * self.objectness


class LocalizationNetwork(nn.Module):
    """Cross-attention with a classifier of attributes on what each attends to.

    Args:
        vectors: [K, E] word2vec vectors of the vocabulary's concepts, in its order; kept fixed.
        region_size: V, of a region's features, its geometry included.
        size: D, of the common space.
        temperature: initial value of the attention's learnt temperature.
        dropout: share of the regions' features that training sets to 0.
        objectness: whether objectness is the attention's prior; see `CrossAttention`.
    """

    vectors: Tensor
    feature_mean: Tensor
    feature_std: Tensor

    def __init__(
        self,
        vectors: Tensor,
        region_size: int,
        size: int = 128,
        temperature: float = 0.1,
        *,
        dropout: float = 0.0,
        objectness: bool = True,
    ) -> None:
        super().__init__()
        concepts, attribute_size = vectors.shape
        self.register_buffer("vectors", vectors)
        self.register_buffer("feature_mean", torch.zeros(region_size))
        self.register_buffer("feature_std", torch.ones(region_size))
        self.uses_objectness = objectness
        self.dropout = nn.Dropout(dropout)
        self.attention = CrossAttention(
            region_size, attribute_size, size, temperature, objectness=objectness
        )
        self.weights = nn.Parameter(torch.randn(concepts, size) * size**-0.5)
        self.bias = nn.Parameter(torch.zeros(concepts))
        # Cosines are small; logits are not.
        self.log_scale = nn.Parameter(torch.tensor(10.0).log())

    def standardise(self, regions: Tensor) -> None:
        """Set mean and standard deviation of each feature from a sample, before training.

        Args:
            regions: [N, V] features of N regions.
        """
        self.feature_mean.copy_(regions.mean(dim=0))
        self.feature_std.copy_(regions.std(dim=0).clamp_min(1e-3))

    def ignore_features(self, features: slice) -> None:
        """Set some features, such as the coordinates, to 0 for good."""
        self.feature_std[features] = torch.inf

    def match(
        self,
        regions: Tensor,
        objectness: Tensor,
        affirmed: Tensor,
        region_mask: Tensor | None = None,
    ) -> Attended:
        """Match every image of a batch with every report of it; see `CrossAttention`.

        Args:
            regions: [I, R, V].
            objectness: [I, R] 0 to 1.
            affirmed: [T, K] true where a report affirms an attribute of the vocabulary.
            region_mask: [I, R] true where there is a region.
        """
        found: Attended = self.attention(
            self._standardised(regions), objectness, self.vectors, affirmed, region_mask
        )
        return found

    def forward(
        self, regions: Tensor, objectness: Tensor, region_mask: Tensor | None = None
    ) -> ImageReading:
        """Classify and locate every attribute of the vocabulary from the image alone.

        Args:
            regions: [I, R, V].
            objectness: [I, R] 0 to 1.
            region_mask: [I, R] true where there is a region.
        """
        if region_mask is None:
            region_mask = torch.ones(regions.shape[:-1], dtype=torch.bool, device=regions.device)
        keys = self.attention.embed_regions(self._standardised(regions))
        queries = self.attention.embed_attributes(self.vectors)
        similarity = torch.einsum("ird,kd->ikr", keys, queries)
        attention = self.attention.attend(similarity, objectness, region_mask)
        features = torch.einsum("ikr,ird->ikd", attention, keys)
        logits = (features * self.weights).sum(dim=-1) * self.log_scale.exp() + self.bias
        known = objectness if self.uses_objectness else torch.ones_like(objectness)
        return ImageReading(logits, attention, known)

    def _standardised(self, regions: Tensor) -> Tensor:
        found: Tensor = self.dropout((regions - self.feature_mean) / self.feature_std)
        return found
