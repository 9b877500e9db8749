"""What is read of an image: evidence, where it points, and severity."""

import numpy as np
import pytest
import torch
from scipy import stats

from model.reading.evidence import evidence_of_boxes, evidence_of_map, peak_of
from model.reading.severity import fit_severity, severity_features
from model.tensors.square import place_in_square


def test_evidence_lies_where_the_boxes_lie() -> None:
    boxes = np.array([[0.0, 0.0, 50.0, 100.0], [25.0, 0.0, 100.0, 50.0]])
    evidence = evidence_of_boxes(boxes, np.array([0.2, 0.9]), 100, 100)
    assert evidence[31, 0] == pytest.approx(0.2)
    assert evidence[0, 31] == pytest.approx(0.9)
    assert evidence[0, 12] == pytest.approx(0.9)
    assert evidence[31, 31] == 0


def test_a_method_points_to_the_middle_of_its_best_evidence() -> None:
    evidence = evidence_of_boxes(np.array([[50.0, 0.0, 100.0, 100.0]]), np.array([0.5]), 100, 200)
    assert peak_of(evidence, 100, 200) == pytest.approx((75.0, 50.0), abs=4)
    assert peak_of(np.zeros((32, 32), dtype=np.float32), 100, 200) is None


def test_a_map_over_the_square_is_brought_to_the_image() -> None:
    values = np.zeros((8, 8))
    values[3:5, 6:] = 1  # the right end of an image that is twice as wide as high
    evidence = evidence_of_map(values, place_in_square(200, 100, 64), 64)
    assert evidence[16, 30] > 0.9
    assert evidence[16, 4] == 0


@pytest.mark.trains
def test_severity_is_learnt_within_its_scale(seed_shift: int) -> None:
    rng = torch.Generator().manual_seed(seed_shift)
    probabilities = torch.rand(200, 4, generator=rng)
    scores = torch.rand(200, 6, generator=rng)
    objectness = torch.rand(200, 6, generator=rng)
    left = torch.tensor([0.1, 0.2, 0.4, 0.6, 0.1])
    right = torch.tensor([0.6, 0.2, 0.9, 0.6, 0.1])
    geometry = torch.stack([left, right] * 3).expand(200, 6, 5)
    features = severity_features(probabilities, scores, objectness, geometry)
    assert features.shape == (200, 2 * 4 + 15)
    assert torch.allclose(features[:, 4:8].sigmoid(), probabilities, atol=2e-3)
    # The best score and objectness are those of the better half.
    whole, *halves = features[:, 8:11], features[:, 11:14], features[:, 17:20]
    assert torch.equal(whole, torch.maximum(*halves))
    # The areas of either half, weighed with the scores, are those of all.
    areas = features[:, 14] + features[:, 20]
    assert torch.allclose(areas, (scores * 0.1).sum(dim=1))
    reference = torch.stack([areas * 12, probabilities[:, 0] * 6], dim=1).clamp(0, 6)
    head = fit_severity(features[:150], reference[:150])
    found = head(features[150:])
    assert found.min() >= 0
    assert (found <= torch.tensor([8.0, 6.0])).all()
    for column in range(2):
        rank = stats.spearmanr(found[:, column], reference[150:, column]).statistic
        assert rank > 0.9


def test_a_head_wants_enough_scored_images() -> None:
    with pytest.raises(ValueError, match="5 scored images; a head needs at least 20"):
        fit_severity(torch.rand(5, 3), torch.rand(5, 2))
