"""Maps and boxes of the methods that ours is held against."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch

from model.baselines.classifier import ImageClassifier, hide_patches
from model.baselines.map_boxes import boxes_of_map, over_square
from model.baselines.maps import class_activation, gradient_activation, layer_activation
from model.baselines.mean_boxes import mean_boxes
from model.baselines.random_boxes import random_boxes
from model.baselines.reachable import best_of_cells, reachable_share
from model.baselines.reading import Mapped, best_share, findings_of_mean_boxes
from model.scoring.overlap import Boxes, as_boxes, iou
from model.settings import BackboneSettings
from model.tensors.cohorts import Cohort, CohortImage
from model.tensors.pictures import Pictures

BACKBONE = BackboneSettings(channels=16)


def test_boxes_enclose_what_stands_out_the_highest_first() -> None:
    values = np.zeros((8, 8))
    values[1:3, 1:3] = 0.6
    values[5:7, 4:8] = 1.0
    boxes, scores = boxes_of_map(over_square(values, 64), 0.5)
    assert len(boxes) == 2
    assert scores[0] > scores[1]
    assert np.abs(boxes[0] - [32, 40, 64, 56]).max() <= 5
    assert np.abs(boxes[1] - [8, 8, 24, 24]).max() <= 5


def test_a_map_of_nothing_has_no_box() -> None:
    assert boxes_of_map(np.zeros((64, 64)), 0.5)[0].shape == (0, 4)


def test_maps_are_cut_where_they_fit_the_known_boxes_best_or_at_a_fifth() -> None:
    values = np.zeros((16, 16))
    values[2:14, 2:14] = 0.45
    values[6:10, 6:10] = 1.0
    image = CohortImage("a", "a", None, None, "x", 64, 64)
    mapped = [Mapped(0, values, 0.9, {})]
    for box, shares in (
        ([24, 24, 40, 40], (0.5, 0.6, 0.7, 0.8)),
        ([8, 8, 56, 56], (0.2, 0.3, 0.4)),
    ):
        cohort = Cohort("detector", Path(), (image,), {"a": as_boxes(box)}, (), {})
        assert best_share(mapped, Pictures(cohort, 64)) in shares
    assert best_share(mapped, Pictures(replace(cohort, boxes={}), 64)) == 0.2


def test_class_activation_is_what_the_output_weights_see() -> None:
    torch.manual_seed(0)
    network = ImageClassifier(BACKBONE, 64, 3).eval()
    features = torch.zeros(1, network.output.in_features, 4, 4)
    with torch.no_grad():
        network.output.weight.zero_()
        network.output.weight[1, 7] = 2.0
    features[0, 7, 2, 3] = 5.0
    maps = class_activation(network, features, torch.tensor([1]))
    assert maps[0].argmax() == 2 * 4 + 3
    assert maps.max() == 1
    assert maps.sum() == 1


def test_gradients_behind_global_pooling_are_the_output_weights() -> None:
    torch.manual_seed(0)
    network = ImageClassifier(BACKBONE, 64, 3).eval()
    features = torch.rand(2, network.output.in_features, 4, 4)
    query = torch.tensor([2])
    cam = class_activation(network, features, query)
    grad = gradient_activation(network, features, query)
    # One query: both are relu(sum of w_c F_c), up to the scale that is taken out.
    summed = torch.einsum("bchw,c->bhw", features, network.output.weight[2]).relu()
    expected = (summed / summed.amax(dim=(1, 2), keepdim=True).clamp_min(1e-6)).detach()
    assert torch.allclose(cam, expected, atol=1e-4)
    assert torch.allclose(grad, expected, atol=1e-4)


def test_hirescam_is_grad_cam_behind_global_pooling() -> None:
    torch.manual_seed(0)
    network = ImageClassifier(BACKBONE, 64, 3).eval()
    features = torch.rand(2, network.output.in_features, 4, 4).requires_grad_()
    queries = torch.tensor([0, 2])
    logits = network.classify(features)[:, queries]
    (gradients,) = torch.autograd.grad((logits * logits.detach().sigmoid()).sum(), features)
    by_hand = (gradients * features.detach()).sum(dim=1).relu()
    grad_cam = gradient_activation(network, features, queries)
    assert torch.allclose(grad_cam, by_hand / by_hand.amax(dim=(1, 2), keepdim=True), atol=1e-4)


def test_layer_cam_leaves_out_what_speaks_against_the_query() -> None:
    network = ImageClassifier(BACKBONE, 64, 3).eval()
    features = torch.zeros(1, network.output.in_features, 4, 4)
    with torch.no_grad():
        network.output.weight.zero_()
        network.output.weight[1, 7] = 2.0
        network.output.weight[1, 8] = -2.0
    features[0, 7, 0, :2] = 1.0
    features[0, 8, 0, 1] = 1.0
    query = torch.tensor([1])
    for_it = torch.zeros(1, 4, 4)
    for_it[0, 0, :2] = 1.0
    assert torch.allclose(layer_activation(network, features, query), for_it)
    for_it[0, 0, 1] = 0.0
    for other in (class_activation, gradient_activation):
        assert torch.allclose(other(network, features, query), for_it)


def test_maps_leave_features_and_weights_without_gradients() -> None:
    network = ImageClassifier(BACKBONE, 64, 3).eval()
    features = torch.rand(1, network.output.in_features, 4, 4)
    for make in (class_activation, gradient_activation, layer_activation):
        assert not make(network, features, torch.tensor([0])).requires_grad
    assert not features.requires_grad
    assert network.output.weight.grad is None


def test_boxes_of_whole_cells_come_as_near_as_their_lines_allow() -> None:
    boxes = np.array([[16.0, 16, 48, 32], [4, 4, 12, 12], [10, 0, 26, 16], [15, 15, 17, 33]])
    best = best_of_cells(boxes, 16.0)
    assert best[0] == 1.0
    assert best[1] == 64 / 256
    # Both columns that it lies in; either alone has less.
    assert best[2] == 0.5
    # Never a box without any area, however thin the one that is looked for: two cells of one row.
    assert best[3] == pytest.approx(32 / (2 * 18 + 32 * 16 - 32))


def test_no_box_of_cells_is_nearer_than_the_best() -> None:
    rng = np.random.default_rng(0)
    corners = np.sort(rng.random((40, 2, 2)) * 64, axis=1)
    boxes = corners.reshape(40, 4)
    lines = range(5)
    every: Boxes = np.array(
        [
            (left, upper, right, lower)
            for left, right in combinations(lines, 2)
            for upper, lower in combinations(lines, 2)
        ],
        dtype=float,
    )
    assert best_of_cells(boxes, 16.0) == pytest.approx(iou(every * 16, boxes).max(axis=0))


def test_what_maps_can_reach_grows_with_their_cells() -> None:
    # Images of 200 by 100 lie in the middle of their square: of its 64 pixels, the first one's box
    # takes 32 by 16 and the second one's 4 by 4.
    images = tuple(CohortImage(name, name, None, None, "x", 200, 100) for name in "ab")
    boxes = {"a": as_boxes([50, 0, 150, 50]), "b": as_boxes([0, 10, 12.5, 22.5])}
    cohort = Cohort("localization", Path(), images, boxes, (), {})
    assert reachable_share(cohort, 64, 4) == 0.5
    assert reachable_share(cohort, 64, 16) == 1.0
    assert reachable_share(replace(cohort, boxes={}), 64, 4) is None


def test_hidden_patches_take_the_mean_and_equal_seeds_hide_the_same() -> None:
    pixels = torch.randint(0, 255, (4, 1, 64, 64), dtype=torch.uint8)
    hidden = hide_patches(pixels, (1, 2))
    assert torch.equal(hidden, hide_patches(pixels, (1, 2)))
    share = (hidden != pixels).float().mean()
    assert 0.2 < share < 0.8


def test_random_boxes_have_sizes_that_boxes_have_and_lie_on_the_image() -> None:
    image = CohortImage("i", "s", None, None, "x", 300, 100)
    sizes = np.array([[0.2, 0.5], [0.9, 0.1]])
    boxes = random_boxes(image, sizes, np.random.default_rng(0), count=50)
    assert boxes.min() >= 0
    assert boxes[:, 2].max() <= 300
    assert boxes[:, 3].max() <= 100
    shapes = {tuple(sides) for sides in (boxes[:, 2:] - boxes[:, :2]).round(3).tolist()}
    assert shapes == {(60.0, 50.0), (270.0, 10.0)}


def drawn_on(*boxes: tuple[float, float, float, float]) -> Cohort:
    """A cohort of one image a box, twice as wide as high."""
    images = tuple(
        CohortImage(f"i{n}", f"s{n}", None, None, "x", 200, 100) for n in range(len(boxes))
    )
    edges = {image.image_id: np.array([box]) for image, box in zip(images, boxes, strict=True)}
    return Cohort("detector", Path(), images, edges, ("any",), {})


def test_mean_boxes_average_either_half_and_the_better_one_is_first() -> None:
    left = [(20.0, 10.0, 60.0, 50.0), (40.0, 30.0, 80.0, 70.0)]
    right = (120.0, 20.0, 160.0, 40.0)
    boxes = mean_boxes(drawn_on(*left, right))
    assert boxes.edges == pytest.approx(np.array([[0.6, 0.2, 0.8, 0.4], [0.15, 0.2, 0.35, 0.6]]))
    # The right one is a third of all boxes; the left one has 900 / 2300 in common with the others.
    assert boxes.scores == pytest.approx([1 / 3, 2 / 3 * 900 / 2300])


def test_mean_boxes_are_the_same_on_every_image_whatever_is_on_it() -> None:
    averaged = drawn_on((20.0, 10.0, 60.0, 50.0))
    image = CohortImage("other", "s", None, None, "x", 400, 400)
    (found,) = findings_of_mean_boxes(Cohort("test", Path(), (image,), {}, (), {}), averaged)
    assert [box.edges for box in found.boxes] == [(40, 40, 120, 200)]
    assert found.point == pytest.approx((80, 120))
    assert found.evidence[5, 5] == 1
    assert found.evidence[20, 20] == 0


def test_without_a_box_to_average_there_is_none() -> None:
    (found,) = findings_of_mean_boxes(drawn_on((0.0, 0.0, 1.0, 1.0)), drawn_on())
    assert (found.boxes, found.point) == ((), None)
