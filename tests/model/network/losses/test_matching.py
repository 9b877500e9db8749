"""Images are matched with their own reports, not with others that say the same."""

import torch

from model.network.losses.matching import matching_loss, same_attributes

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
