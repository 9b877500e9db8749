"""Trained on reports, the network finds the regions that they speak of, without them."""

import pytest
import torch
from torch import Tensor

from model.network.losses.cross_entropy import cross_entropy
from model.network.losses.matching import matching_loss, same_attributes
from model.network.network import LocalizationNetwork

CONCEPTS, REGIONS, SIZE = 6, 8, 10
IMAGES = 96


def scenes(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Regions of noise, two of which look like a concept each; the concepts; where they are."""
    chance = torch.Generator().manual_seed(seed)
    looks = torch.eye(CONCEPTS, SIZE) * 3
    regions = torch.randn(IMAGES, REGIONS, SIZE, generator=chance) * 0.3
    regions[..., -1] += 1  # what every region shares
    concepts = torch.stack([torch.randperm(CONCEPTS, generator=chance)[:2] for _ in range(IMAGES)])
    places = torch.stack([torch.randperm(REGIONS, generator=chance)[:2] for _ in range(IMAGES)])
    for image in range(IMAGES):
        regions[image, places[image]] += looks[concepts[image]]
    return regions, concepts, places


def likely(regions: Tensor) -> Tensor:
    """[I, R] objectness that tells nothing."""
    return torch.full(regions.shape[:2], 0.5)


def affirmed(concepts: Tensor) -> Tensor:
    return torch.zeros(len(concepts), CONCEPTS).scatter(1, concepts, 1.0)


def train(seed: int, *, shuffled: bool) -> LocalizationNetwork:
    torch.manual_seed(seed)
    vectors = torch.randn(CONCEPTS, 5)
    network = LocalizationNetwork(vectors, SIZE, size=16)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    regions, concepts, _ = scenes(2 * seed + 1)
    if shuffled:
        concepts = concepts[torch.randperm(IMAGES)]
    values = affirmed(concepts)
    for _ in range(80):
        reading = network(regions, likely(regions))
        matched = network.match(regions, likely(regions), values.bool())
        loss = matching_loss(matched.scores, same_attributes(values.bool())) + cross_entropy(
            reading.logits, values, torch.ones_like(values), torch.full((CONCEPTS,), 2.0)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network


def share_found(network: LocalizationNetwork, seed: int) -> float:
    """Of the concepts on unseen images, how many attend most to the region that has them."""
    regions, concepts, places = scenes(2 * seed + 2)
    most = network(regions, likely(regions)).attention.argmax(dim=-1)
    return float((most.gather(1, concepts) == places).float().mean())


@pytest.mark.trains
def test_regions_are_found_by_what_reports_taught_and_not_by_shuffled_ones(
    seed_shift: int,
) -> None:
    taught, misled = (
        share_found(train(seed_shift, shuffled=shuffled), seed_shift) for shuffled in (False, True)
    )
    assert taught > 0.9
    assert misled < taught - 0.2


def test_a_reading_is_shaped_and_bounded_as_told() -> None:
    network = LocalizationNetwork(torch.randn(CONCEPTS, 5), SIZE)
    mask = torch.ones(IMAGES, REGIONS, dtype=torch.bool)
    mask[:, -1] = False
    reading = network(scenes(3)[0], likely(scenes(3)[0]), mask)
    assert reading.logits.shape == (IMAGES, CONCEPTS)
    assert reading.attention.shape == (IMAGES, CONCEPTS, REGIONS)
    assert torch.allclose(reading.attention.sum(-1), torch.ones(1))
    assert ((reading.probabilities > 0) & (reading.probabilities < 1)).all()
    for weighted in (True, False):
        scores = reading.region_scores(torch.tensor([0, 3]), weighted=weighted)
        assert (scores[:, -1] == 0).all()
        assert (scores >= 0).all()
        assert (scores <= 1).all()


def test_features_that_are_forgotten_change_nothing() -> None:
    network = LocalizationNetwork(torch.randn(CONCEPTS, 5), SIZE)
    regions = scenes(3)[0]
    network.standardise(regions.flatten(0, 1))
    network.ignore_features(slice(SIZE - 2, SIZE))
    moved = regions.clone()
    moved[..., -2:] += 5
    assert torch.equal(
        network(regions, likely(regions)).logits, network(moved, likely(moved)).logits
    )


def test_word_vectors_are_kept_but_not_trained() -> None:
    network = LocalizationNetwork(torch.randn(CONCEPTS, 5), SIZE)
    assert "vectors" in network.state_dict()
    assert "vectors" not in dict(network.named_parameters())
