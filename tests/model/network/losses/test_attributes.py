"""Every loss of attributes punishes what is wrong and leaves alone what is not known."""

import pytest
import torch
from torch.nn import functional

from model.network.losses.asymmetric import asymmetric
from model.network.losses.attributes import load_attribute_loss
from model.network.losses.cross_entropy import cross_entropy
from model.network.losses.targets import attribute_targets
from model.registries.losses import LOSSES


@pytest.mark.parametrize("name", LOSSES)
def test_what_is_not_mentioned_costs_nothing(name: str) -> None:
    loss = load_attribute_loss(name)
    values = torch.tensor([[1.0, torch.nan], [torch.nan, torch.nan]])
    targets, weights = attribute_targets(values, "ignore", "ignore")
    logits = torch.zeros(2, 2, requires_grad=True)
    loss(logits, targets, weights, torch.ones(2)).backward()
    assert logits.grad is not None
    assert (logits.grad != 0).tolist() == [[True, False], [False, False]]
    nothing = loss(logits, targets, torch.zeros(2, 2), torch.ones(2))
    assert nothing == 0


@pytest.mark.parametrize("name", LOSSES)
def test_what_is_right_costs_least_and_what_is_wrong_teaches(name: str) -> None:
    loss = load_attribute_loss(name)
    targets, weights = torch.tensor([[1.0, 0.0]]), torch.ones(1, 2)
    wrong = torch.tensor([[-30.0, 30.0]], requires_grad=True)
    given = (targets, weights, torch.ones(2))
    assert loss(torch.tensor([[30.0, -30.0]]), *given) < 1e-6 < loss(wrong, *given)
    loss(wrong, *given).backward()
    assert wrong.grad is not None
    assert wrong.grad.isfinite().all()
    assert wrong.grad[0, 0] < 0


def test_rare_positives_weigh_more_in_cross_entropy() -> None:
    logits, targets = torch.zeros(1, 2), torch.tensor([[1.0, 1.0]])
    loss = cross_entropy(logits, targets, torch.ones(1, 2), torch.tensor([1.0, 3.0]))
    assert loss.item() == pytest.approx(torch.tensor(2.0).log().item() * 2)


def test_asymmetric_loss_lets_go_of_easy_negatives_alone() -> None:
    weights, ignored = torch.ones(1, 1), torch.full((1,), 8.0)
    easy = torch.tensor([[0.04]]).logit().requires_grad_()
    loss = asymmetric(easy, torch.zeros(1, 1), weights, ignored)
    loss.backward()
    assert loss == 0
    assert easy.grad == 0
    hard = torch.tensor([[0.85]]).logit()
    # q = 0.85 - 0.05: 0.8^4 log 5
    assert asymmetric(hard, torch.zeros(1, 1), weights, ignored).item() == pytest.approx(
        0.8**4 * torch.tensor(5.0).log().item(), rel=1e-5
    )
    expected = functional.binary_cross_entropy_with_logits(hard, torch.ones(1, 1))
    assert torch.allclose(asymmetric(hard, torch.ones(1, 1), weights, ignored), expected)
