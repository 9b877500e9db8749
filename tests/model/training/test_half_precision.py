"""Weights in half precision come back as exactly what half precision holds of them."""

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from model.training.card import Card, WeightsError, load_weights, read_card, save_weights
from model.training.half_precision import halve_weights
from model.training.trained_on import TrainedOn


class Small(nn.Sequential):
    def __init__(self) -> None:
        super().__init__(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 2))


CARD = Card("small", {"size": 3}, ("side:left",), {"labels": 2}, trained_on=(TrainedOn("a", 3, 2),))


@pytest.fixture
def network() -> Small:
    torch.manual_seed(0)
    network = Small()
    state = network.state_dict()
    state["1.running_var"].fill_(1e-7)  # less than half precision tells from others
    state["1.num_batches_tracked"].fill_(70_000)  # more than it counts
    return network


def test_matrices_are_halved_and_all_else_is_kept(network: Small, tmp_path: Path) -> None:
    save_weights(network, CARD, tmp_path / "whole")
    halve_weights(tmp_path / "whole", tmp_path / "half", "small")
    assert read_card(tmp_path / "half", "small") == CARD
    loaded = Small()
    load_weights(loaded, tmp_path / "half")
    for name, value in network.state_dict().items():
        expected = value.half().float() if value.ndim >= 2 else value
        assert torch.equal(loaded.state_dict()[name], expected), name
        assert loaded.state_dict()[name].dtype == value.dtype
    name = "0.weight"
    assert not torch.equal(loaded.state_dict()[name], network.state_dict()[name])


def test_halved_once_more_nothing_changes(network: Small, tmp_path: Path) -> None:
    save_weights(network, CARD, tmp_path / "0")
    for number in (0, 1):
        halve_weights(tmp_path / str(number), tmp_path / str(number + 1), "small")
    first, second = (tmp_path / str(number) / "weights.safetensors" for number in (1, 2))
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size < (tmp_path / "0" / "weights.safetensors").stat().st_size


def test_a_number_that_is_too_large_is_refused(network: Small, tmp_path: Path) -> None:
    network.state_dict()["3.weight"][0, 0] = 1e6
    save_weights(network, CARD, tmp_path / "whole")
    with pytest.raises(WeightsError, match=r"tensor 3\.weight has 1e\+06, more than half"):
        halve_weights(tmp_path / "whole", tmp_path / "half", "small")
    assert not (tmp_path / "half").exists()


def test_weights_beside_another_ones_card_are_refused(network: Small, tmp_path: Path) -> None:
    save_weights(network, CARD, tmp_path / "one")
    save_weights(Small(), CARD, tmp_path / "other")
    weights = "weights.safetensors"
    (tmp_path / "one" / weights).write_bytes((tmp_path / "other" / weights).read_bytes())
    with pytest.raises(WeightsError, match=r"has the digest .* tells of weights with"):
        load_weights(Small(), tmp_path / "one")


def test_weights_that_were_trained_before_cards_had_digests_are_read(
    network: Small, tmp_path: Path
) -> None:
    save_weights(network, CARD, tmp_path)
    card = json.loads((tmp_path / "card.json").read_text())
    for name in ("sha256", "digest", "trained_on", "pretrained"):
        del card[name]
    (tmp_path / "card.json").write_text(json.dumps(card))
    assert read_card(tmp_path, "small").trained_on == ()
    load_weights(Small(), tmp_path)
