"""Cross-attention both ways between attributes and regions (Bhalodia et al. 2021, section 2.2)."""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

_NEVER: Final = -1e4  # far below any similarity, yet finite in half precision
_TINY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Attended:
    """What each side of every pair of an image and a report attends to.

    Attributes:
        to_regions: [I, K, R] attention of attribute K over image I's regions, the same whichever
            report affirms it; sums to 1 over the regions that are there.
        to_attributes: [I, T, R, K] attention of image I's region R over the attributes that report
            T affirms; sums to 1 over them.
        of_attributes: [I, T] mean agreement of the report's attributes with the image features
            that they attend to, -1 to 1.
        of_regions: [I, T] mean agreement of the regions with the text features that they attend
            to, -1 to 1.
    """

    to_regions: Tensor
    to_attributes: Tensor
    of_attributes: Tensor
    of_regions: Tensor

    @property
    def scores(self) -> Tensor:
        """[I, T] how well image and report match, -1 to 1."""
        return (self.of_attributes + self.of_regions) / 2


class CrossAttention(nn.Module):
    """Brings regions and attributes to one space and lets them attend to each other.

    Args:
        region_size: V, of a region's features, its geometry included.
        attribute_size: E, of an attribute's word2vec vector.
        size: D, of the common space.
        temperature: divides cosines before the softmax; the smaller, the sharper. Learnt from
            there.
    """

    def __init__(
        self, region_size: int, attribute_size: int, size: int = 128, temperature: float = 0.1
    ) -> None:
        super().__init__()
        # The paper maps regions linearly; a hidden layer tells textures of one kind better apart.
        self.of_regions = nn.Sequential(
            nn.Linear(region_size, 2 * size), nn.GELU(), nn.Linear(2 * size, size)
        )
        self.of_attributes = nn.Linear(attribute_size, size)
        self.sharpness = nn.Parameter(torch.tensor(1 / temperature).log())

    def embed_regions(self, regions: Tensor) -> Tensor:
        """[..., R, D] unit vectors of regions [..., R, V]."""
        return functional.normalize(self.of_regions(regions), dim=-1)

    def embed_attributes(self, attributes: Tensor) -> Tensor:
        """[..., M, D] unit vectors of attributes [..., M, E]."""
        return functional.normalize(self.of_attributes(attributes), dim=-1)

    def attend(self, similarity: Tensor, mask: Tensor, dim: int) -> Tensor:
        """Softmax of cosines over `dim`, over those of which `mask` is true."""
        return (similarity * self.sharpness.exp()).masked_fill(~mask, _NEVER).softmax(dim=dim)

    def forward(
        self,
        regions: Tensor,
        attributes: Tensor,
        said: Tensor,
        region_mask: Tensor | None = None,
    ) -> Attended:
        """Attend for every pair of an image and a report.

        With unit keys k_r and queries q_m, an attribute attends to c_m = sum_r a_mr k_r, and
        agrees with it by cos(q_m, c_m); c_m itself is never made, since its length follows from
        the keys' products with each other. So for regions.

        Args:
            regions: [I, R, V] features of each image's regions.
            attributes: [K, E] vectors of the vocabulary.
            said: [T, K] true where a report affirms an attribute.
            region_mask: [I, R] true where there is a region; None where all are.

        Raises:
            ValueError: an image has no region or a report no attribute.
        """
        if region_mask is None:
            region_mask = torch.ones(regions.shape[:-1], dtype=torch.bool, device=regions.device)
        _check(region_mask, "an image has no region")
        _check(said, "a report has no attribute")
        keys, queries = self.embed_regions(regions), self.embed_attributes(attributes)
        similarity = queries @ keys.transpose(-1, -2)
        to_regions = self.attend(similarity, region_mask[:, None, :], dim=-1)
        among_keys = keys @ keys.transpose(-1, -2)
        image_length = ((to_regions @ among_keys) * to_regions).sum(dim=-1)
        agreement = (to_regions * similarity).sum(dim=-1) / _root(image_length)
        of_region = similarity.transpose(-1, -2)[:, None]
        to_attributes = self.attend(of_region, said[None, :, None, :], dim=-1)
        among_queries = queries @ queries.transpose(-1, -2)
        text_length = ((to_attributes @ among_queries) * to_attributes).sum(dim=-1)
        of_regions = (to_attributes * of_region).sum(dim=-1) / _root(text_length)
        return Attended(
            to_regions,
            to_attributes,
            _mean(agreement[:, None, :], said[None, :, :]),
            _mean(of_regions, region_mask[:, None, :]),
        )


def _check(mask: Tensor, problem: str) -> None:
    if not bool(mask.any(dim=-1).all()):
        raise ValueError(f"{problem}; leave it out of the batch")


def _mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean over the last axis of those that are there."""
    weights = mask.to(values.dtype)
    return (values * weights).sum(dim=-1) / weights.sum(dim=-1)


def _root(squares: Tensor) -> Tensor:
    return squares.clamp_min(_TINY).sqrt()
