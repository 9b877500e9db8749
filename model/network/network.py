"""The network whole: from regions and attributes in training, from regions alone afterwards."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from model.network.attention import Attended, CrossAttention


@dataclass(frozen=True, slots=True)
class ImageReading:
    """What images show, read without any report.

    Attributes:
        logits: [I, K] of each attribute of the vocabulary.
        attention: [I, K, R] of each attribute over the regions; sums to 1.
        region_scores: [I, R] attention weighted with the attributes' probabilities, 0 to 1; 0
            where there is no region.
    """

    logits: Tensor
    attention: Tensor
    region_scores: Tensor

    @property
    def probabilities(self) -> Tensor:
        """[I, K] of each attribute, 0 to 1."""
        return self.logits.sigmoid()


class LocalizationNetwork(nn.Module):
    """Cross-attention with a classifier of attributes on what each attends to.

    Args:
        vectors: [K, E] word2vec vectors of the vocabulary's concepts, in its order; kept fixed.
        region_size: V, of a region's features.
        size: D, of the common space.
        temperature: of the attention.
    """

    vectors: Tensor

    def __init__(
        self, vectors: Tensor, region_size: int, size: int = 128, temperature: float = 0.1
    ) -> None:
        super().__init__()
        concepts, attribute_size = vectors.shape
        self.register_buffer("vectors", vectors)
        self.attention = CrossAttention(region_size, attribute_size, size, temperature)
        self.weights = nn.Parameter(torch.randn(concepts, size) * size**-0.5)
        self.bias = nn.Parameter(torch.zeros(concepts))

    def match(
        self,
        regions: Tensor,
        attributes: Tensor,
        region_mask: Tensor | None = None,
        attribute_mask: Tensor | None = None,
    ) -> Attended:
        """Hold every image of a batch against every report of it; see `CrossAttention`.

        Args:
            regions: [I, R, V].
            attributes: [T, M] each report's affirmed attributes, as rows of the vocabulary.
            region_mask: [I, R] true where there is a region.
            attribute_mask: [T, M] true where there is an attribute.
        """
        found: Attended = self.attention(
            regions, self.vectors[attributes], region_mask, attribute_mask
        )
        return found

    def forward(self, regions: Tensor, region_mask: Tensor | None = None) -> ImageReading:
        """Ask for every attribute of the vocabulary, the image alone at hand.

        Args:
            regions: [I, R, V].
            region_mask: [I, R] true where there is a region.
        """
        attended: Attended = self.attention(regions, self.vectors[None], region_mask)
        features = attended.image_features[:, 0]
        attention = attended.to_regions[:, 0]
        logits = (features * self.weights).sum(dim=-1) + self.bias
        probabilities = logits.sigmoid()
        share = probabilities / probabilities.sum(dim=-1, keepdim=True).clamp_min(1e-6)
        certainty = probabilities.amax(dim=-1, keepdim=True)
        scores = torch.einsum("ik,ikr->ir", share, attention) * certainty
        return ImageReading(logits, attention, scores)
