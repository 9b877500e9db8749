"""Any of timm's bodies carries a detector: strides, channels and brightness are timm's own."""

from pathlib import Path

import pytest
import timm
import torch
from torch import Tensor

from model.backbone.bodies import Body, stages_between, stages_of, texture_stage
from model.backbone.pyramid import Pyramid
from model.backbone.weights import BackboneError
from model.baselines.classifier import ImageClassifier
from model.detector.candidates import CandidateFinder
from model.detector.retinanet import Detector
from model.detector.texture import LOOKS
from model.settings import BackboneSettings, RegionSettings

SIZE = 64
# One of a kind each, as small as there is: residual, dense, inverted, plain with layer norms,
# windows with channels innermost, and convolutions with attention behind.
BODIES = (
    "resnet18",
    "densenet121",
    "tf_efficientnet_lite0",
    "convnext_atto",
    "swin_tiny_patch4_window7_224",
    "coatnet_nano_rw_224",
)


def settings_of(name: str, **others: object) -> BackboneSettings:
    return BackboneSettings.model_validate({"name": name, "channels": 16, **others})


def pictures(count: int = 2) -> Tensor:
    chance = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (count, 1, SIZE, SIZE), generator=chance, dtype=torch.uint8)


@pytest.mark.parametrize("name", BODIES)
def test_regions_are_read_from_any_body(name: str) -> None:
    torch.manual_seed(0)
    detector = Detector(settings_of(name), SIZE, ("any",)).eval()
    finder = CandidateFinder(detector, RegionSettings(source="grid", per_image=3))
    (first, _) = finder(pictures())
    texture = texture_stage(name).channels
    assert first.features.shape == (3, 4 * 16 + 2 * texture + LOOKS)
    assert first.features.isfinite().all()
    with torch.no_grad():
        levels = detector.features(pictures())
    assert [level.shape[-1] for level in levels] == [SIZE // s for s in detector.strides]


@pytest.mark.parametrize("name", BODIES)
def test_classifiers_start_from_the_detectors_body(name: str) -> None:
    torch.manual_seed(0)
    detector = Detector(settings_of(name), SIZE, ("any",)).eval()
    network = ImageClassifier(settings_of(name), SIZE, 3).eval()
    network.start_from(detector)
    with torch.no_grad():
        assert torch.equal(network.body(pictures())[0], detector.pyramid.body(pictures())[-1])


@pytest.mark.parametrize(("name", "cells"), [("resnet18", 4), ("densenet121", 2)])
def test_maps_keep_a_stride_of_16_where_the_body_can(name: str, cells: int) -> None:
    network = ImageClassifier(settings_of(name, stride=32), SIZE, 3).eval()
    assert network.cells(SIZE) == cells
    with torch.no_grad():
        assert network.features(pictures()).shape[-1] == cells


def test_a_vision_transformer_has_one_stage_to_stand_on() -> None:
    (stage,) = stages_of("vit_tiny_patch16_224")
    assert stage.stride == 16
    with torch.no_grad():
        levels = Pyramid(settings_of("vit_tiny_patch16_224"), SIZE).eval()(pictures())
    assert [level.shape[-1] for level in levels] == [4, 2, 1]


def test_brightness_is_brought_to_what_the_body_has_seen() -> None:
    bodies = {
        "tf_efficientnet_lite0": {},
        "resnet18": {},
        "densenet121": {"intensities": (-1024, 1024)},
    }
    ends = {}
    for name, others in bodies.items():
        body = Body(settings_of(name, **others), SIZE, stages_between(name, 8, 8))
        ends[name] = (body.offset, body.offset + body.scale)
    assert ends["tf_efficientnet_lite0"] == pytest.approx((-1, 1))
    mean, spread = (sum(three) / 3 for three in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    assert ends["resnet18"] == pytest.approx((-mean / spread, (1 - mean) / spread))
    assert ends["densenet121"] == (-1024, 1024)


def test_an_unknown_body_is_told_with_those_near_it() -> None:
    with pytest.raises(BackboneError, match=r"no body 'resnet81'; near it are .*resnet18"):
        Pyramid(settings_of("resnet81"), SIZE)


def test_a_body_whose_cells_are_odd_is_refused() -> None:
    name = "vit_small_patch14_dinov2"
    with pytest.raises(BackboneError, match="14 pixels wide; expected a power of two"):
        stages_between(name, 8, 16)
    with pytest.raises(BackboneError, match=r"stages of stride 14; none is from 16 to 32"):
        stages_between(name, 16, 32)


def test_frozen_norms_stay_as_they_are_while_the_rest_learns() -> None:
    torch.manual_seed(0)
    body = Body(settings_of("resnet18", freeze_norms=True), SIZE, stages_between("resnet18", 8, 8))
    before = {name: value.clone() for name, value in body.state_dict().items()}
    optimizer = torch.optim.SGD([one for one in body.parameters() if one.requires_grad], lr=1.0)
    body(pictures(4))[0].mean().backward()
    optimizer.step()
    changed = {
        name for name, value in body.state_dict().items() if not torch.equal(value, before[name])
    }
    assert changed
    assert not any("bn" in name or "downsample.1" in name for name in changed)


def test_every_branch_of_a_body_from_scratch_is_open() -> None:
    body = Body(settings_of("resnet18"), SIZE, stages_between("resnet18", 8, 16))
    assert all(weight.any() for name, weight in body.named_parameters() if "weight" in name)


def test_pretrained_norms_stay_at_zero_where_they_are(tmp_path: Path) -> None:
    stages = stages_between("resnet18", 8, 16)
    weights = timm.create_model("resnet18", num_classes=0).state_dict()
    assert not weights["layer1.0.bn2.weight"].any()
    torch.save(weights, tmp_path / "closed.pt")
    body = Body(settings_of("resnet18", weights=str(tmp_path / "closed.pt")), SIZE, stages)
    assert not body.state_dict()["network.layer1.0.bn2.weight"].any()


@pytest.mark.parametrize("name", BODIES)
def test_frozen_stages_stay_as_they_are_while_later_ones_learn(name: str) -> None:
    torch.manual_seed(0)
    stages = stages_between(name, 4, 16)
    body = Body(settings_of(name, frozen=4), SIZE, stages)
    before = body.eval()(pictures(4))
    body.train()
    optimizer = torch.optim.SGD([one for one in body.parameters() if one.requires_grad], lr=1.0)
    torch.stack([found.square().mean() for found in body(pictures(4))[1:]]).sum().backward()
    optimizer.step()
    after = body.eval()(pictures(4))
    assert torch.equal(before[0], after[0])
    assert not any(torch.equal(*pair) for pair in zip(before[1:], after[1:], strict=True))


def test_a_body_without_a_stage_so_fine_cannot_be_frozen_there() -> None:
    stages = stages_between("convnext_atto", 8, 16)
    with pytest.raises(BackboneError, match=r"no stage of stride 2 or less; .* at least 4"):
        Body(settings_of("convnext_atto", frozen=2), SIZE, stages)
