"""One cycle for all that is learnt; a pretrained body goes more slowly."""

from torch import nn

from model.settings import DetectorSettings
from model.training.schedule import one_cycle

SETTINGS = DetectorSettings(epochs=2, learning_rate=1e-3)


def rates(pace: float) -> dict[int, float]:
    """The highest learning rate of each parameter of two layers, by id."""
    made = one_cycle(LAYERS.parameters(), SETTINGS, 50, LAYERS[0].parameters(), pace)
    return {
        id(parameter): group["max_lr"]
        for group in made["optimizer"].param_groups
        for parameter in group["params"]
    }


LAYERS = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))


def test_a_body_takes_its_share_of_the_learning_rate_and_the_rest_all_of_it() -> None:
    found = rates(0.25)
    assert {found[id(one)] for one in LAYERS[0].parameters()} == {0.25e-3}
    assert {found[id(one)] for one in LAYERS[1].parameters()} == {1e-3}


def test_at_full_pace_all_learn_alike_in_one_group() -> None:
    made = one_cycle(LAYERS.parameters(), SETTINGS, 50, LAYERS[0].parameters(), 1.0)
    assert len(made["optimizer"].param_groups) == 1
    assert len(rates(1.0)) == 4


def test_what_is_frozen_is_in_no_group() -> None:
    frozen = nn.Linear(2, 2).requires_grad_(False)
    made = one_cycle([*LAYERS.parameters(), *frozen.parameters()], SETTINGS, 50)
    (group,) = made["optimizer"].param_groups
    assert len(group["params"]) == 4
