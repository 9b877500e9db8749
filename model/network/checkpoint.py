"""Saves a trained network, and loads it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch

from data_contracts.regions import REGIONS
from data_contracts.tables import EMBEDDINGS, LABELS, VOCABULARY
from model.network.network import LocalizationNetwork
from model.settings import NetworkSettings
from model.training.card import (
    WIDEST,
    Card,
    built_by_card,
    load_weights,
    read_card,
    save_weights,
    size_in,
)
from model.training.trained_on import TrainedOn

_KIND: Final = "cross_attention"
_CONTRACTS: Final = {
    contract.name: contract.version for contract in (LABELS, VOCABULARY, EMBEDDINGS, REGIONS)
}


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
    """A network with its vocabulary.

    Attributes:
        network: in evaluation mode.
        concepts: [K] concept ids, in the order of the outputs.
        region_weighting: whether a region's score weights queries by their probability.
    """

    network: LocalizationNetwork
    concepts: tuple[str, ...]
    region_weighting: bool


def save_network(
    trained: TrainedNetwork,
    settings: NetworkSettings,
    folder: Path,
    trained_on: tuple[TrainedOn, ...] = (),
) -> None:
    """Put a network into `folder`: weights, and a card with its vocabulary, sizes and contracts.

    Args:
        trained: the network.
        settings: what it was trained with.
        folder: where to.
        trained_on: the images.
    """
    network = trained.network
    sizes = {
        "attribute_size": network.vectors.shape[1],
        "region_size": len(network.feature_mean),
        "size": settings.size,
        "region_weighting": settings.region_weighting,
        "objectness": settings.objectness,
    }
    card = Card(_KIND, sizes, trained.concepts, _CONTRACTS, trained_on=trained_on)
    save_weights(network, card, folder)


def load_network(folder: Path) -> TrainedNetwork:
    """The network that `save_network` put there.

    Raises:
        WeightsError: there is none, or it is of another release.
    """
    card = read_card(folder, _KIND, _CONTRACTS)
    sizes = card.sizes
    with built_by_card(folder):
        for name in ("objectness", "region_weighting"):
            if not isinstance(sizes[name], bool):
                raise TypeError(f"{name} is neither true nor false")
        network = LocalizationNetwork(
            torch.zeros(len(card.vocabulary), size_in(sizes, "attribute_size", WIDEST)),
            size_in(sizes, "region_size", WIDEST),
            size_in(sizes, "size", WIDEST),
            objectness=sizes["objectness"],
        )
        load_weights(network, folder)
    return TrainedNetwork(network.eval(), card.vocabulary, sizes["region_weighting"])
