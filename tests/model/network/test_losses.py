"""The losses punish what is wrong and leave alone what is not known."""

import pytest
import torch

from model.network.losses import (
    POLICIES,
    attribute_loss,
    attribute_targets,
    matching_loss,
    same_attributes,
)
from model.settings import UncertainPolicy

NONE_ALIKE = torch.eye(3, dtype=torch.bool)


def test_true_pairs_above_all_others_cost_least() -> None:
    right, wrong = torch.eye(3), torch.eye(3).roll(1, 0)
    assert matching_loss(right, NONE_ALIKE) < 0.01
    assert matching_loss(wrong, NONE_ALIKE) > 5


def test_a_report_that_says_the_same_is_no_negative() -> None:
    scores = torch.tensor([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    alike = same_attributes(torch.tensor([[1, 0], [1, 0], [0, 1]]).bool())
    assert alike.tolist() == [[True, True, False], [True, True, False], [False, False, True]]
    assert matching_loss(scores, alike) < 0.01 < matching_loss(scores, NONE_ALIKE)


def test_a_batch_that_all_says_the_same_teaches_nothing() -> None:
    scores = torch.randn(3, 3, requires_grad=True)
    loss = matching_loss(scores, torch.ones(3, 3, dtype=torch.bool))
    loss.backward()
    assert loss == 0
    assert scores.grad is not None
    assert not scores.grad.isnan().any()


@pytest.mark.parametrize(
    ("policy", "target", "weight"),
    [("ones", 1.0, 1.0), ("zeros", 0.0, 1.0), ("soft", 0.5, 1.0), ("ignore", 0.0, 0.0)],
)
def test_uncertain_is_taken_as_the_policy_says(
    policy: UncertainPolicy, target: float, weight: float
) -> None:
    values = torch.tensor([[1.0, 0.0, -1.0, torch.nan]])
    targets, weights = attribute_targets(values, policy, "ignore")
    assert targets.tolist() == [[1, 0, target, 0]]
    assert weights.tolist() == [[1, 1, weight, 0]]


def test_what_no_labels_table_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="none of 1, 0, -1 and NaN"):
        attribute_targets(torch.tensor([[2.0]]), "ones", "ignore")
    with pytest.raises(ValueError, match=f"expected one of {', '.join(POLICIES)}"):
        attribute_targets(torch.tensor([[1.0]]), "maybe", "ignore")  # type: ignore[arg-type]


def test_what_is_not_mentioned_costs_nothing() -> None:
    values = torch.tensor([[1.0, torch.nan], [torch.nan, torch.nan]])
    targets, weights = attribute_targets(values, "ignore", "ignore")
    logits = torch.zeros(2, 2, requires_grad=True)
    attribute_loss(logits, targets, weights, torch.ones(2)).backward()
    assert logits.grad is not None
    assert (logits.grad != 0).tolist() == [[True, False], [False, False]]
    nothing = attribute_loss(logits, targets, torch.zeros(2, 2), torch.ones(2))
    assert nothing == 0


def test_what_no_report_speaks_of_may_be_taken_for_absent() -> None:
    values = torch.tensor([[1.0, torch.nan, -1.0]])
    targets, weights = attribute_targets(values, "ignore", "zeros")
    assert targets[0, 1] == 0
    assert weights.tolist() == [[1.0, 1.0, 0.0]]
