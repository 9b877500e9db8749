"""Cross-attention keeps what it promises, whatever the batch."""

import pytest
import torch
from torch import Tensor

from model.network.attention import CrossAttention

IMAGES, REGIONS, REGION_SIZE = 3, 5, 12
REPORTS, ATTRIBUTES, ATTRIBUTE_SIZE, SIZE = 2, 4, 7, 16
LIKELY = torch.rand(IMAGES, REGIONS, generator=torch.Generator().manual_seed(3))
SAID = torch.tensor([[True, True, False, True], [False, True, False, False]])


@pytest.fixture
def attention() -> CrossAttention:
    torch.manual_seed(0)
    return CrossAttention(REGION_SIZE, ATTRIBUTE_SIZE, SIZE)


@pytest.fixture
def regions() -> Tensor:
    return torch.randn(IMAGES, REGIONS, REGION_SIZE, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def attributes() -> Tensor:
    return torch.randn(ATTRIBUTES, ATTRIBUTE_SIZE, generator=torch.Generator().manual_seed(2))


def test_every_pair_has_its_own_attention(
    attention: CrossAttention, regions: Tensor, attributes: Tensor
) -> None:
    attended = attention(regions, LIKELY, attributes, SAID)
    assert attended.attention.shape == (IMAGES, ATTRIBUTES, REGIONS)
    assert attended.scores.shape == (IMAGES, REPORTS)
    assert torch.allclose(attended.attention.sum(-1), torch.ones(1))
    assert attended.scores.abs().max() <= 1


def test_regions_attend_to_what_the_report_says_alone(
    attention: CrossAttention, regions: Tensor, attributes: Tensor
) -> None:
    attributes = attributes.clone()
    before = attention(regions, LIKELY, attributes, SAID).region_agreement
    attributes[2] += 1  # which neither report affirms
    after = attention(regions, LIKELY, attributes, SAID).region_agreement
    assert torch.allclose(before, after)
    attributes[0] += 1  # which the first affirms
    after = attention(regions, LIKELY, attributes, SAID).region_agreement
    assert not torch.allclose(before[:, 0], after[:, 0])
    assert torch.allclose(before[:, 1], after[:, 1])


@pytest.mark.parametrize("temperature", [0.5, 0.1, 0.01])
def test_agreement_is_right_however_sharp_the_attention(
    regions: Tensor, attributes: Tensor, temperature: float
) -> None:
    torch.manual_seed(0)
    attention = CrossAttention(REGION_SIZE, ATTRIBUTE_SIZE, SIZE, temperature)
    attended = attention(regions, LIKELY, attributes, SAID)
    keys, queries = attention.embed_regions(regions), attention.embed_attributes(attributes)
    said = queries[SAID[0]]
    sharpness = min(1 / temperature, 40)
    text_features = (sharpness * keys[1] @ said.T).softmax(dim=-1) @ said
    expected = torch.cosine_similarity(text_features, keys[1]).mean()
    assert torch.allclose(attended.region_agreement[1, 0], expected, atol=1e-4)


def test_agreement_is_the_cosine_with_what_is_attended_to(
    attention: CrossAttention, regions: Tensor, attributes: Tensor
) -> None:
    attended = attention(regions, LIKELY, attributes, SAID)
    keys, queries = attention.embed_regions(regions), attention.embed_attributes(attributes)
    image_features = attended.attention[1] @ keys[1]
    of_attributes = torch.cosine_similarity(image_features, queries)[SAID[0]].mean()
    assert torch.allclose(attended.attribute_agreement[1, 0], of_attributes, atol=1e-5)


def test_both_sides_are_unit_vectors(
    attention: CrossAttention, regions: Tensor, attributes: Tensor
) -> None:
    for embedded in (attention.embed_regions(regions), attention.embed_attributes(attributes)):
        assert torch.allclose(embedded.norm(dim=-1), torch.ones(1), atol=1e-5)


def test_a_pairs_score_does_not_depend_on_the_rest_of_the_batch(
    attention: CrossAttention, regions: Tensor, attributes: Tensor
) -> None:
    together = attention(regions, LIKELY, attributes, SAID).scores
    alone = attention(regions[1:2], LIKELY[1:2], attributes, SAID[:1]).scores
    assert torch.allclose(together[1, 0], alone[0, 0], atol=1e-6)


def test_padding_changes_nothing(
    attention: CrossAttention, regions: Tensor, attributes: Tensor
) -> None:
    padded = torch.cat([regions, torch.full((IMAGES, 2, REGION_SIZE), 9.0)], dim=1)
    region_mask = torch.tensor([True] * REGIONS + [False] * 2).expand(IMAGES, -1)
    plain = attention(regions, LIKELY, attributes, SAID)
    masked = attention(
        padded,
        torch.cat([LIKELY, torch.full((IMAGES, 2), 0.9)], dim=1),
        attributes,
        SAID,
        region_mask,
    )
    assert torch.allclose(plain.scores, masked.scores, atol=1e-6)
    assert masked.attention[..., REGIONS:].abs().max() == 0


def test_the_order_of_regions_does_not_matter(
    attention: CrossAttention, regions: Tensor, attributes: Tensor
) -> None:
    order = torch.tensor([3, 1, 4, 0, 2])
    plain = attention(regions, LIKELY, attributes, SAID)
    turned = attention(regions[:, order], LIKELY[:, order], attributes, SAID)
    assert torch.allclose(plain.scores, turned.scores, atol=1e-6)
    assert torch.allclose(plain.attention[..., order], turned.attention, atol=1e-6)


def test_an_image_without_regions_and_a_report_without_attributes_are_refused(
    attention: CrossAttention, regions: Tensor, attributes: Tensor
) -> None:
    nothing = torch.zeros(IMAGES, REGIONS, dtype=torch.bool)
    with pytest.raises(ValueError, match="an image has no region"):
        attention(regions, LIKELY, attributes, SAID, nothing)
    with pytest.raises(ValueError, match="a report has no attribute"):
        attention(regions, LIKELY, attributes, torch.zeros_like(SAID))


def test_attention_starts_from_the_odds_of_each_region(regions: Tensor, attributes: Tensor) -> None:
    torch.manual_seed(0)
    attention = CrossAttention(REGION_SIZE, ATTRIBUTE_SIZE, SIZE)
    alike = regions[:, :1].expand(-1, REGIONS, -1)
    to_regions = attention(alike, LIKELY, attributes, SAID).attention
    odds = LIKELY / (1 - LIKELY)
    expected = odds / odds.sum(dim=1, keepdim=True)
    assert torch.allclose(to_regions, expected[:, None, :].expand_as(to_regions), atol=1e-4)


def test_without_objectness_attention_is_the_papers(regions: Tensor, attributes: Tensor) -> None:
    torch.manual_seed(0)
    attention = CrossAttention(REGION_SIZE, ATTRIBUTE_SIZE, SIZE, objectness=False)
    attended = attention(regions, LIKELY, attributes, SAID)
    other = attention(regions, LIKELY.flip(1), attributes, SAID)
    assert torch.equal(attended.attention, other.attention)
    attended.scores.sum().backward()
    assert attention.objectness_exponent.grad is None
