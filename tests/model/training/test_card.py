"""Weights are what their card says, or an error that says what to do."""

from pathlib import Path

import pytest
import torch
from torch import nn

from model.training.card import (
    FORMAT,
    Card,
    WeightsError,
    check_vocabulary,
    load_weights,
    read_card,
    save_weights,
)

CARD = Card("line", {"size": 3}, ("side:left", "side:right"), {"labels": 2})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_weights(nn.Linear(3, 1), CARD, tmp_path)
    return tmp_path


def test_weights_and_card_come_back(folder: Path) -> None:
    assert read_card(folder, "line", {"labels": 2}) == CARD
    first, second = nn.Linear(3, 1), nn.Linear(3, 1)
    load_weights(first, folder)
    load_weights(second, folder)
    assert torch.equal(first.weight, second.weight)


def test_nothing_there_says_to_train_first(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no line weights here; train them first"):
        read_card(tmp_path, "line")


@pytest.mark.parametrize(
    ("kind", "contracts", "message"),
    [
        ("curve", {}, f"weights of a line, format {FORMAT}; expected a curve"),
        ("line", {"labels": 3}, "trained on table 'labels' version 2; this release has version 3"),
    ],
)
def test_other_weights_are_refused(
    folder: Path, kind: str, contracts: dict[str, int], message: str
) -> None:
    with pytest.raises(WeightsError, match=message):
        read_card(folder, kind, contracts)


def test_a_card_that_is_none_is_refused(folder: Path) -> None:
    (folder / "card.json").write_text("[1, 2]")
    with pytest.raises(WeightsError, match="is no card of weights"):
        read_card(folder, "line")


def test_a_card_that_says_something_else_than_was_written_is_refused(folder: Path) -> None:
    path = folder / "card.json"
    path.write_text(path.read_text().replace("side:left", "side:lefd"))
    with pytest.raises(WeightsError, match="its content is not what was written"):
        read_card(folder, "line")


def test_damaged_or_foreign_weights_are_refused(folder: Path) -> None:
    with pytest.raises(WeightsError, match="2 tensors do not fit the network, such as bias"):
        load_weights(nn.Linear(4, 2), folder)
    (folder / "weights.safetensors").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="is damaged"):
        load_weights(nn.Linear(3, 1), folder)


def test_a_vocabulary_in_another_order_is_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="another order"):
        check_vocabulary(CARD, ("side:right", "side:left"), tmp_path)
    with pytest.raises(WeightsError, match=r"1 are no longer kept \(side:left\)"):
        check_vocabulary(CARD, ("side:right",), tmp_path)
    check_vocabulary(CARD, CARD.vocabulary, tmp_path)
