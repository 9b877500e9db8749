"""A folded detector sees what the detector sees, and leaves it as it is."""

import copy

import pytest
import torch
from torch import nn

from model.detector.folding import fold
from model.detector.retinanet import Detector
from model.settings import BackboneSettings

SIZE = 64


@pytest.fixture(params=["resnet18", "resnet50", "tf_efficientnet_lite0"])
def detector(request: pytest.FixtureRequest) -> Detector:
    """A detector whose batch norms do something, as those of a trained one do."""
    name: str = request.param
    torch.manual_seed(0)
    made = Detector(BackboneSettings(name=name, channels=16), SIZE, ("any",)).eval()
    for layer in made.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, 0.2, 0.6)
            for values in (layer.bias, layer.running_mean):
                assert values is not None
                nn.init.normal_(values, std=0.1)
            assert layer.running_var is not None
            nn.init.uniform_(layer.running_var, 0.5, 2)
    return made


def test_levels_and_texture_are_the_same_to_rounding(detector: Detector) -> None:
    pixels = torch.randint(0, 256, (2, 1, SIZE, SIZE), dtype=torch.uint8)
    with torch.no_grad():
        levels, texture = detector.features_and_texture(pixels)
        folded_levels, folded_texture = fold(detector).features_and_texture(pixels)
    for own, expected in zip(folded_levels, levels, strict=True):
        assert torch.allclose(own, expected, atol=1e-5)
    assert torch.allclose(folded_texture, texture, atol=1e-5)


def test_no_batch_norm_is_left(detector: Detector) -> None:
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in fold(detector).modules())


def test_the_detector_keeps_its_weights(detector: Detector) -> None:
    before = copy.deepcopy(detector.state_dict())
    fold(detector)
    after = detector.state_dict()
    assert list(before) == list(after)
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_body_whose_norms_stand_before_convolutions_sees_the_same_folded_or_not() -> None:
    torch.manual_seed(0)
    detector = Detector(BackboneSettings(name="densenet121", channels=16), SIZE, ("any",)).eval()
    for layer in detector.modules():
        if isinstance(layer, nn.BatchNorm2d):
            assert layer.running_mean is not None
            nn.init.normal_(layer.running_mean, std=0.5)
    pixels = torch.randint(0, 256, (2, 1, SIZE, SIZE), dtype=torch.uint8)
    with torch.no_grad():
        for own, expected in zip(
            fold(detector).features(pixels), detector.features(pixels), strict=True
        ):
            assert torch.allclose(own, expected, atol=1e-2 * float(expected.abs().max()))
