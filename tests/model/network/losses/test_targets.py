"""Label values are taken for what the policies say."""

import pytest
import torch

from model.network.losses.targets import POLICIES, attribute_targets
from model.settings import UncertainPolicy


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


def test_what_no_report_speaks_of_may_be_taken_for_absent() -> None:
    values = torch.tensor([[1.0, torch.nan, -1.0]])
    targets, weights = attribute_targets(values, "ignore", "zeros")
    assert targets[0, 1] == 0
    assert weights.tolist() == [[1.0, 1.0, 0.0]]
