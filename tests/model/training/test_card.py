"""Weights are what their card says, or an error that says what to do."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from model.detector.checkpoint import load_detector
from model.network.checkpoint import load_network
from model.training.card import (
    FORMAT,
    Card,
    WeightsError,
    check_vocabulary,
    load_weights,
    read_card,
    read_weights,
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


DEEP = object()


@pytest.mark.parametrize(
    ("network", "keys", "value"),
    [
        *(("detector", ("sizes", "backbone", "name"), name) for name in (
            "hf_hub:foo/bar", "hf-hub:foo/bar", "local-dir:/etc", "../../etc/passwd", "no_such", 5
        )),
        *(("detector", ("sizes", "size"), size) for size in (
            20_000, 0, -5, 1e30, 2.5, True, "256", None, [256]
        )),
        ("detector", ("sizes", "backbone"), None),
        ("detector", ("sizes", "backbone", "channels"), 10**12),
        ("detector", ("sizes", "backbone", "stride"), 7),
        ("detector", ("sizes", "targets"), 5),
        ("detector", ("sizes",), []),
        ("detector", ("sizes",), {}),
        ("detector", ("contracts",), ["images"]),
        ("detector", ("sha256",), 5),
        ("detector", ("trained_on",), [{"cohort": "rsna", "images": 1e300, "patients": 1}]),
        ("detector", (), DEEP),
        *(("network", ("sizes", "attribute_size"), size) for size in ("3", -1, 10**12)),
        *(("network", ("sizes", "size"), size) for size in (0, 10**9, "x")),
        ("network", ("sizes", "region_size"), -1),
        ("network", ("sizes", "objectness"), "no"),
        ("network", ("sizes", "region_weighting"), [1]),
        ("network", ("vocabulary",), "side:left"),
    ],
)  # fmt: skip
def test_a_card_by_which_nothing_can_be_built_is_told(
    trained: Any, tmp_path: Path, network: str, keys: tuple[str, ...], value: Any
) -> None:
    """It may have come with weights that somebody else made, without its digest."""
    folder = shutil.copytree(trained.models / network, tmp_path / network)
    if value is DEEP:
        (folder / "card.json").write_text("[" * 20_000)
    else:
        card = json.loads((folder / "card.json").read_text()) | {"digest": None}
        place = card
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value
        (folder / "card.json").write_text(json.dumps(card))
    load = load_detector if network == "detector" else load_network
    with pytest.raises(WeightsError, match=r"card\.json: "):
        load(folder)


def test_a_card_opens_no_file_but_its_weights(trained: Any, tmp_path: Path) -> None:
    folder = shutil.copytree(trained.models / "detector", tmp_path / "detector")
    card = json.loads((folder / "card.json").read_text()) | {"digest": None}
    card["sizes"]["backbone"]["weights"] = str(tmp_path / "secret")
    (folder / "card.json").write_text(json.dumps(card))
    (tmp_path / "secret").write_bytes(b"no weights")
    assert load_detector(folder).size == load_detector(trained.models / "detector").size


@pytest.mark.parametrize("name", ["card.json", "weights.safetensors"])
def test_a_pipe_among_weights_is_not_waited_for(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(WeightsError, match="is no plain file"):
        _ = read_card(folder, "line") if name == "card.json" else read_weights(folder)


def test_numbers_of_a_type_that_torch_has_not_are_told(folder: Path) -> None:
    path = folder / "weights.safetensors"
    path.write_bytes(path.read_bytes().replace(b'"F32"', b'"F4" ', 1))
    with pytest.raises(WeightsError, match="is damaged"):
        load_weights(nn.Linear(3, 1), folder)
