"""Cross-attention both ways between attributes and regions (Bhalodia et al. 2021, section 2.2)."""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

_NEVER: Final = -1e4  # far below any similarity, yet finite in half precision


@dataclass(frozen=True, slots=True)
class Attended:
    """What each side of every pair of an image and a report attends to.

    Attributes:
        to_regions: [I, T, M, R] attention of report T's attribute M over image I's regions; sums
            to 1 over the regions that are there.
        image_features: [I, T, M, D] each attribute's attended image feature, c_m.
        text_features: [I, T, R, D] each region's attended text feature.
        scores: [I, T] how well image and report match, -1 to 1.
    """

    to_regions: Tensor
    image_features: Tensor
    text_features: Tensor
    scores: Tensor


class CrossAttention(nn.Module):
    """Brings regions and attributes to one space and lets them attend to each other.

    Args:
        region_size: V, of a region's features, its geometry included.
        attribute_size: E, of an attribute's word2vec vector.
        size: D, of the common space.
        temperature: divides cosines before the softmax; the smaller, the sharper.
    """

    def __init__(
        self, region_size: int, attribute_size: int, size: int = 128, temperature: float = 0.1
    ) -> None:
        super().__init__()
        self.of_regions = nn.Linear(region_size, size)
        self.of_attributes = nn.Linear(attribute_size, size)
        self.temperature = temperature

    def embed_regions(self, regions: Tensor) -> Tensor:
        """[..., R, D] unit vectors of regions [..., R, V]."""
        return functional.normalize(self.of_regions(regions), dim=-1)

    def embed_attributes(self, attributes: Tensor) -> Tensor:
        """[..., M, D] unit vectors of attributes [..., M, E]."""
        return functional.normalize(self.of_attributes(attributes), dim=-1)

    def forward(
        self,
        regions: Tensor,
        attributes: Tensor,
        region_mask: Tensor | None = None,
        attribute_mask: Tensor | None = None,
    ) -> Attended:
        """Attend for every pair of an image and a report.

        Args:
            regions: [I, R, V] features of each image's regions.
            attributes: [T, M, E] vectors of each report's attributes.
            region_mask: [I, R] true where there is a region; None where all are.
            attribute_mask: [T, M] true where there is an attribute; None where all are.

        Raises:
            ValueError: an image has no region or a report no attribute.
        """
        here = _mask(regions, region_mask, "an image has no region")[:, None, None, :]
        said = _mask(attributes, attribute_mask, "a report has no attribute")[None, :, :, None]
        keys, queries = self.embed_regions(regions), self.embed_attributes(attributes)
        similarity = torch.einsum("ird,tmd->itmr", keys, queries) / self.temperature
        to_regions = similarity.masked_fill(~here, _NEVER).softmax(dim=-1)
        to_attributes = similarity.masked_fill(~said, _NEVER).softmax(dim=-2)
        image_features = torch.einsum("itmr,ird->itmd", to_regions, keys)
        text_features = torch.einsum("itmr,tmd->itrd", to_attributes, queries)
        of_attributes = functional.cosine_similarity(image_features, queries[None], dim=-1)
        of_regions = functional.cosine_similarity(text_features, keys[:, None], dim=-1)
        scores = _mean(of_attributes, said[..., 0]) + _mean(of_regions, here[..., 0, :])
        return Attended(to_regions, image_features, text_features, scores / 2)


def _mask(values: Tensor, mask: Tensor | None, problem: str) -> Tensor:
    if mask is None:
        mask = torch.ones(values.shape[:-1], dtype=torch.bool, device=values.device)
    if not bool(mask.any(dim=-1).all()):
        raise ValueError(f"{problem}; leave it out of the batch")
    return mask


def _mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean over the last axis of those that are there."""
    weights = mask.to(values.dtype).expand_as(values)
    return (values * weights).sum(dim=-1) / weights.sum(dim=-1)
