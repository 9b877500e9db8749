"""The network whole: from regions and attributes in training, from regions alone afterwards."""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

from model.network.attention import Attended, CrossAttention

_TINY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class ImageReading:
    """What images show, read without any report.

    Attributes:
        logits: [I, K] of each attribute of the vocabulary.
        attention: [I, K, R] of each attribute over the regions; sums to 1.
        objectness: [I, R] how likely each region is, 0 to 1; 1 where attention goes without it.
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

        Each query's attention counts by its probability p, as does the whole:
        score_r = o_r max_k(p_k) sum_k(p_k a_kr) / sum_k(p_k), over the queries k. Attention
        compares an image's regions with each other and has to fall on one of them; only the
        objectness o_r compares them with those of other images.

        Args:
            queries: [Q] rows of the vocabulary.
            weighted: by the probabilities; else every query counts alike, for an ablation.
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
        temperature: of the attention, from which it is learnt.
        dropout: share of the regions' features that training leaves out.
        objectness: attention starts from how likely regions are; see `CrossAttention`.
    """

    vectors: Tensor
    middle: Tensor
    spread: Tensor

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
        self.register_buffer("middle", torch.zeros(region_size))
        self.register_buffer("spread", torch.ones(region_size))
        self.uses_objectness = objectness
        self.dropout = nn.Dropout(dropout)
        self.attention = CrossAttention(
            region_size, attribute_size, size, temperature, objectness=objectness
        )
        self.weights = nn.Parameter(torch.randn(concepts, size) * size**-0.5)
        self.bias = nn.Parameter(torch.zeros(concepts))
        # Cosines are small; logits are not.
        self.scale = nn.Parameter(torch.tensor(10.0).log())

    def standardise(self, regions: Tensor) -> None:
        """Take mean and spread of each feature from [N, V] a sample of regions, before training."""
        self.middle.copy_(regions.mean(dim=0))
        self.spread.copy_(regions.std(dim=0).clamp_min(1e-3))

    def forget(self, features: slice) -> None:
        """Keep some features, such as the coordinates, out of all that follows."""
        self.spread[features] = torch.inf

    def match(
        self,
        regions: Tensor,
        objectness: Tensor,
        said: Tensor,
        region_mask: Tensor | None = None,
    ) -> Attended:
        """Hold every image of a batch against every report of it; see `CrossAttention`.

        Args:
            regions: [I, R, V].
            objectness: [I, R] 0 to 1.
            said: [T, K] true where a report affirms an attribute of the vocabulary.
            region_mask: [I, R] true where there is a region.
        """
        found: Attended = self.attention(
            self._standard(regions), objectness, self.vectors, said, region_mask
        )
        return found

    def forward(
        self, regions: Tensor, objectness: Tensor, region_mask: Tensor | None = None
    ) -> ImageReading:
        """Ask for every attribute of the vocabulary, the image alone at hand.

        Args:
            regions: [I, R, V].
            objectness: [I, R] 0 to 1.
            region_mask: [I, R] true where there is a region.
        """
        if region_mask is None:
            region_mask = torch.ones(regions.shape[:-1], dtype=torch.bool, device=regions.device)
        keys = self.attention.embed_regions(self._standard(regions))
        queries = self.attention.embed_attributes(self.vectors)
        similarity = torch.einsum("ird,kd->ikr", keys, queries)
        attention = self.attention.attend(similarity, objectness, region_mask)
        features = torch.einsum("ikr,ird->ikd", attention, keys)
        logits = (features * self.weights).sum(dim=-1) * self.scale.exp() + self.bias
        known = objectness if self.uses_objectness else torch.ones_like(objectness)
        return ImageReading(logits, attention, known)

    def _standard(self, regions: Tensor) -> Tensor:
        found: Tensor = self.dropout((regions - self.middle) / self.spread)
        return found
