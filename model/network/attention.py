"""Cross-attention both ways between attributes and regions (Bhalodia et al. 2021, section 2.2)."""

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

_MASKED: Final = -1e4  # far below any similarity, yet finite in half precision
# 1 / 0.025: the squared weights of cosines from -1 to 1 then stay within single precision.
_MAX_INVERSE_TEMPERATURE: Final = 40.0
_TINY: Final = 1e-37
_LOGIT_EPSILON: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Attended:
    """What each side of every pair of an image and a report attends to.

    Attributes:
        attention: [I, K, R] attention of attribute K over image I's regions, the same whichever
            report affirms it; sums to 1 over the regions that are there.
        attribute_agreement: [I, T] mean cosine of the report's attributes with the image features
            that they attend to, -1 to 1.
        region_agreement: [I, T] mean cosine of the regions with the text features that they
            attend to, -1 to 1.
    """

    attention: Tensor
    attribute_agreement: Tensor
    region_agreement: Tensor

    @property
    def scores(self) -> Tensor:
        """[I, T] how well image and report match, -1 to 1."""
        return (self.attribute_agreement + self.region_agreement) / 2


class CrossAttention(nn.Module):
    """Brings regions and attributes to one space and lets them attend to each other.

    Args:
        region_size: V, of a region's features, its geometry included.
        attribute_size: E, of an attribute's word2vec vector.
        size: D, of the common space.
        temperature: initial value of the learnt temperature that divides cosines before the
            softmax.
        objectness: the prior of the attention is the odds that a region holds an opacity, to a
            learnt power that starts at 1. False takes an equal prior, as in the paper.
    """

    def __init__(
        self,
        region_size: int,
        attribute_size: int,
        size: int = 128,
        temperature: float = 0.1,
        *,
        objectness: bool = True,
    ) -> None:
        super().__init__()
        # The paper maps regions linearly; a hidden layer tells textures of one kind better apart.
        self.region_projection = nn.Sequential(
            nn.Linear(region_size, 2 * size), nn.GELU(), nn.Linear(2 * size, size)
        )
        self.attribute_projection = nn.Linear(attribute_size, size)
        self.log_inverse_temperature = nn.Parameter(torch.tensor(1 / temperature).log())
        self.objectness_exponent = nn.Parameter(
            torch.tensor(float(objectness)), requires_grad=objectness
        )

    def embed_regions(self, regions: Tensor) -> Tensor:
        """[..., R, D] unit vectors of regions [..., R, V]."""
        return functional.normalize(self.region_projection(regions), dim=-1)

    def embed_attributes(self, attributes: Tensor) -> Tensor:
        """[..., M, D] unit vectors of attributes [..., M, E]."""
        return functional.normalize(self.attribute_projection(attributes), dim=-1)

    def attend(self, similarity: Tensor, objectness: Tensor, mask: Tensor) -> Tensor:
        """[I, K, R] attention: softmax_r(s_kr / temperature + exponent * log odds_r).

        Cosines alone say what a region would be if it were an opacity; its objectness says
        whether it is one.

        Args:
            similarity: [I, K, R] cosines.
            objectness: [I, R] 0 to 1.
            mask: [I, R] true where there is a region.
        """
        odds = torch.logit(objectness, eps=_LOGIT_EPSILON)
        prior = self.objectness_exponent * odds[:, None, :]
        scores = similarity * self._inverse_temperature() + prior
        return scores.masked_fill(~mask[:, None, :], _MASKED).softmax(dim=-1)

    def forward(
        self,
        regions: Tensor,
        objectness: Tensor,
        attributes: Tensor,
        affirmed: Tensor,
        region_mask: Tensor | None = None,
    ) -> Attended:
        """Attend for every pair of an image and a report.

        With unit keys k_r and queries q_m, an attribute attends to c_m = sum_r a_mr k_r, and
        agrees with it by cos(q_m, c_m). c_m itself is never made: its length follows from the
        keys' products with each other. Regions attend to what a report affirms likewise.

        Args:
            regions: [I, R, V] features of each image's regions.
            objectness: [I, R] how likely each region is, 0 to 1.
            attributes: [K, E] vectors of the vocabulary.
            affirmed: [T, K] true where a report affirms an attribute.
            region_mask: [I, R] true where there is a region; None where all are.

        Raises:
            ValueError: an image has no region or a report no attribute.
        """
        if region_mask is None:
            region_mask = torch.ones(regions.shape[:-1], dtype=torch.bool, device=regions.device)
        _check(region_mask, "an image has no region")
        _check(affirmed, "a report has no attribute")
        keys, queries = self.embed_regions(regions), self.embed_attributes(attributes)
        # Lengths of sums of unit vectors need all the digits there are.
        with torch.autocast(regions.device.type, enabled=False):
            keys, queries = keys.float(), queries.float()
            attention, attribute_agreement = self._attend_to_regions(
                keys, queries, objectness, region_mask
            )
            weights = affirmed.float()
            return Attended(
                attention,
                attribute_agreement @ weights.T / weights.sum(dim=-1),
                self._region_agreement(keys, queries, weights, region_mask.float()),
            )

    def _attend_to_regions(
        self, keys: Tensor, queries: Tensor, objectness: Tensor, region_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """[I, K, R] what attributes attend to, and [I, K] how they agree with it."""
        similarity = queries @ keys.transpose(-1, -2)
        attention = self.attend(similarity, objectness, region_mask)
        among_keys = keys @ keys.transpose(-1, -2)
        length = ((attention @ among_keys) * attention).sum(dim=-1)
        return attention, (attention * similarity).sum(dim=-1) / _safe_root(length)

    def _region_agreement(
        self, keys: Tensor, queries: Tensor, affirmed: Tensor, region_mask: Tensor
    ) -> Tensor:
        """[I, T] mean agreement of regions with the text features that they attend to.

        With w_rk = exp(s_rk / temperature) a region's attention to report T's attributes is
        w_rk / sum_l w_rl over what T affirms, and the length of what it attends to is
        sum_kl w_rk w_rl q_k.q_l over the same. Both sums, and their numerator, are products of
        factors of the image alone with factors of the report alone: no [I, T, R, K] is ever made.
        """
        similarity = keys @ queries.T
        weights = (similarity * self._inverse_temperature()).exp()
        pairs = weights[..., :, None] * weights[..., None, :] * (queries @ queries.T)
        both = affirmed[:, :, None] * affirmed[:, None, :]
        squares = pairs.flatten(-2) @ both.flatten(1).T
        agreement = (weights * similarity) @ affirmed.T / _safe_root(squares)
        total = torch.einsum("irt,ir->it", agreement, region_mask)
        return total / region_mask.sum(dim=-1, keepdim=True)

    def _inverse_temperature(self) -> Tensor:
        """One over the temperature; limited, so that no exponential leaves single precision."""
        return self.log_inverse_temperature.exp().clamp(max=_MAX_INVERSE_TEMPERATURE)


def _check(mask: Tensor, problem: str) -> None:
    if not bool(mask.any(dim=-1).all()):
        raise ValueError(f"{problem}; leave it out of the batch")


def _safe_root(squares: Tensor) -> Tensor:
    return squares.clamp_min(_TINY).sqrt()
