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

# Pixels of the picture to a cell of those of the body's stages that the pyramid may stand on.
_STAGES: Final = {8: "layer2", 16: "layer3", 32: "layer4"}
# Levels that the pyramid has beyond the body's last stage.
_BEYOND: Final = 2
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


def strides_of(settings: BackboneSettings) -> tuple[int, ...]:
    """Pixels of the picture to a cell of each level of the pyramid, the finest first."""
    return (
        *_stages_below(settings),
        *(settings.stride * 2**step for step in range(1, _BEYOND + 1)),
    )


def stages_of(network: ResNet, settings: BackboneSettings) -> list[nn.Module]:
    """The body's stages behind its stem, the last one that of the settings' stride."""
    return [getattr(network, name) for name in ("layer1", *_stages_below(settings).values())]


def _stages_below(settings: BackboneSettings) -> dict[int, str]:
    """Those of the body's stages that the pyramid stands on, by their stride."""
    return {stride: name for stride, name in _STAGES.items() if stride <= settings.stride}


def make_pyramid(settings: BackboneSettings) -> BackboneWithFPN:
    """A feature pyramid (Lin et al. 2017) on that network.

    Levels lie on the body's stages from stride 8 to the settings', and two more beyond. Its forward
    takes [B, 3, S, S] and gives one [B, C, S/s, S/s] for each stride s of `strides_of`.
    """
    network = make_resnet(settings)
    names = list(_stages_below(settings).values())
    return BackboneWithFPN(
        network,
        {name: str(level) for level, name in enumerate(names)},
        [width_of(getattr(network, name)) for name in names],
        settings.channels,
        LastLevelP6P7(settings.channels, settings.channels),
    )


def width_of(stage: nn.Module) -> int:
    """Channels that a stage of the body gives: those of its last convolution."""
    *_, last = (layer for layer in stage.modules() if isinstance(layer, nn.Conv2d))
    return last.out_channels


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
