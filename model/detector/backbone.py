"""Backbones by name, with pretrained weights where a file or an installed package has them."""

from pathlib import Path
from typing import Any, Final

import torch
import torchvision
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torchvision.models import ResNet
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.ops.feature_pyramid_network import LastLevelP6P7

from model.settings import BackboneSettings

#: Pixels of the picture to a cell of each level of the pyramid.
STRIDES: Final = (8, 16, 32, 64, 128)
_STAGES: Final = {"layer2": "0", "layer3": "1", "layer4": "2"}
_MEAN, _SPREAD = 0.5, 0.25


class BackboneError(ValueError):
    """Pretrained weights are missing, unreadable, or not of this backbone."""


def normalise(pixels: Tensor) -> Tensor:
    """[B, 3, S, S] float32 around zero, as backbones expect it, of [B, 1, S, S] uint8.

    Channels lie innermost in memory, which convolutions take a fifth to a third less time with.
    """
    grey = normalise_grey(pixels)
    return grey.expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)


def normalise_grey(pixels: Tensor) -> Tensor:
    """[B, 1, S, S] float32, one of the three equal channels that `normalise` gives."""
    grey = (pixels.float() / 255 - _MEAN) / _SPREAD
    # The strides of an innermost channel, which torch would not give to a single one.
    return grey.squeeze(1).unsqueeze(3).permute(0, 3, 1, 2)


def make_resnet(settings: BackboneSettings) -> ResNet:
    """The residual network that the settings name (He et al. 2016), pretrained where they say so.

    Raises:
        BackboneError: the weights cannot be read, or are of another network.
    """
    network: ResNet = getattr(torchvision.models, settings.name)(weights=None)
    if settings.weights is not None:
        _load(network, settings.name, settings.weights)
    return network


def make_pyramid(settings: BackboneSettings) -> BackboneWithFPN:
    """A feature pyramid with levels P3 to P7 (Lin et al. 2017) on that network.

    Its forward takes [B, 3, S, S] and gives one [B, C, S/s, S/s] for each stride s of `STRIDES`.
    """
    network = make_resnet(settings)
    widths = [
        stage[-1].bn2.num_features for stage in (network.layer2, network.layer3, network.layer4)
    ]
    if settings.name == "resnet50":
        widths = [4 * width for width in widths]
    return BackboneWithFPN(
        network,
        _STAGES,
        widths,
        settings.channels,
        LastLevelP6P7(settings.channels, settings.channels),
    )


def _load(network: ResNet, name: str, path: Path) -> None:
    state = _read(path)
    own = network.state_dict()
    fitting = {
        key: value for key, value in state.items() if key in own and own[key].shape == value.shape
    }
    missing = [key for key in own if key not in fitting and not key.startswith("fc.")]
    if missing:
        raise BackboneError(
            f"{path}: holds no weights of a {name}: {len(missing)} of {len(own)} tensors are "
            f"missing or of another shape, such as {missing[0]}"
        )
    network.load_state_dict(fitting, strict=False)


def _read(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            return dict(load_file(path))
        loaded: Any = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise BackboneError(f"{path}: no such file; set model.backbone.weights") from None
    except (SafetensorError, RuntimeError, ValueError, EOFError, OSError) as error:
        reason = next(iter(str(error).splitlines()), "it ends too early")
        raise BackboneError(f"{path}: cannot be read as weights ({reason})") from None
    except Exception as error:
        if "UnpicklingError" in type(error).__name__:
            raise BackboneError(
                f"{path}: would run code when it is loaded; save a plain state dict, or safetensors"
            ) from None
        raise
    return _bare(loaded, path)


def _bare(loaded: Any, path: Path) -> dict[str, Tensor]:
    """The state dict within, without the prefixes that wrappers put before its names."""
    while isinstance(loaded, dict) and isinstance(loaded.get("state_dict"), dict):
        loaded = loaded["state_dict"]
    if not isinstance(loaded, dict) or not all(isinstance(v, Tensor) for v in loaded.values()):
        raise BackboneError(f"{path}: is no state dict")
    prefixes = ("module.", "model.", "backbone.", "encoder.", "body.")
    bare = {}
    for name, value in loaded.items():
        while name.startswith(prefixes):
            name = name.partition(".")[2]
        bare[name] = value
    return bare


def freeze(network: nn.Module) -> None:
    """Keep a network's weights, and its running statistics, as they are."""
    network.requires_grad_(False)
    network.eval()
