"""Maps and boxes of the methods that ours is held against."""

import numpy as np
import torch

from model.baselines.classifier import ImageClassifier, hide_patches
from model.baselines.map_boxes import boxes_of_map, over_square
from model.baselines.maps import class_activation, gradient_activation
from model.baselines.random_boxes import random_boxes
from model.settings import BackboneSettings
from model.tensors.cohorts import CohortImage

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
    widths = {round(float(width), 3) for width in (boxes[:, 2] - boxes[:, 0])}
    assert widths == {60.0, 270.0}
