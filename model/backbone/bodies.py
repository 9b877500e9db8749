"""Bodies by timm's names: what an image is turned into before anything is looked for on it."""

import difflib
import logging
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

import timm
import torch
from timm.layers.format import Format
from torch import Tensor, nn

from model.backbone.weights import BackboneError, weights_for
from model.registries.outside_bodies import OUTSIDE_BODIES
from model.registries.registry import resolve_function
from model.settings import BackboneSettings

#: Pixels to a cell of the finest stage that texture is read from.
FINEST_TEXTURE: Final = 4
#: Names of bodies that libraries bring; others, such as `hf_hub:`, timm takes from hubs, folders.
_BROUGHT: Final = re.compile(r"[A-Za-z0-9_.-]+")
_NORMS: Final = (nn.BatchNorm1d, nn.BatchNorm2d, nn.SyncBatchNorm)
_NEAR: Final = 3


class Stage(NamedTuple):
    """One of a body's stages: its number among timm's, pixels to a cell, and channels."""

    number: int
    stride: int
    channels: int


class Body(nn.Module):
    """A body that sees grey pictures.

    Pictures have one channel, and so has the body's first convolution: three-channel weights are
    added up. What black and white are follows from timm's configuration of the body.

    Args:
        settings: name, weights, intensities, and what is frozen.
        size: S, pixels of a picture's side.
        stages: those whose features are wanted, as `stages_of` gives them.
        stride: pixels to a cell that the last stage is held to by dilation; None leaves it.

    Raises:
        BackboneError: timm knows no such body, or weights are not of it.
    """

    def __init__(
        self,
        settings: BackboneSettings,
        size: int,
        stages: tuple[Stage, ...],
        stride: int | None = None,
    ) -> None:
        super().__init__()
        self.stages = stages
        self.freeze_norms = settings.freeze_norms
        self.network = _network(settings, size, tuple(stage.number for stage in stages), stride)
        if settings.weights is None:
            _open_branches(self.network)
        if settings.frozen:
            _freeze(self.network, settings.name, size, settings.frozen)
        self.scale, self.offset = _intensities(settings)
        self._inner_channels = getattr(self.network, "output_fmt", None) == Format.NHWC
        # Before anything asks what there is to train.
        self.train()

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """Features of each stage, [B, C, S/s, S/s], of [B, 1, S, S] pixels of 0 to 255."""
        grey = pixels.float() * (self.scale / 255) + self.offset
        # The strides of an innermost channel, which torch would not give to a single one:
        # convolutions take a fifth to a third less time with them.
        grey = grey.squeeze(1).unsqueeze(3).permute(0, 3, 1, 2)
        found: list[Tensor] = self.network(grey)
        return [stage.permute(0, 3, 1, 2) for stage in found] if self._inner_channels else found

    def train(self, mode: bool = True) -> Self:
        """Switch to training; frozen norms, and those of frozen stages, stay as they are."""
        super().train(mode)
        for layer in self.modules():
            if isinstance(layer, _NORMS) and (self.freeze_norms or not layer.weight.requires_grad):
                layer.eval()
                layer.requires_grad_(False)
        return self


def stages_of(name: str) -> tuple[Stage, ...]:
    """A body's stages, the finest first; of several with one stride the last.

    Raises:
        BackboneError: timm knows no such body, or it has no stages to stand on.
    """
    stages: dict[int, Stage] = {}
    for stage in _all_stages(name):
        stages[stage.stride] = stage
    return tuple(stages.values())


def texture_stage(name: str) -> Stage:
    """The finest stage that texture is read from: of stride 4, or the finest there is above."""
    return next(stage for stage in stages_of(name) if stage.stride >= FINEST_TEXTURE)


def stages_between(name: str, finest: int, coarsest: int) -> tuple[Stage, ...]:
    """The stages of strides from `finest` to `coarsest`, of which there is at least one.

    Raises:
        BackboneError: there is none, or a stride is no power of two.
    """
    stages = stages_of(name)
    found = tuple(stage for stage in stages if finest <= stage.stride <= coarsest)
    if not found:
        strides = ", ".join(str(stage.stride) for stage in stages)
        raise BackboneError(
            f"model.backbone: '{name}' has stages of stride {strides}; none is from {finest} to "
            f"{coarsest}. Set model.backbone.finest and model.backbone.stride to reach one"
        )
    uneven = [stage.stride for stage in found if stage.stride & (stage.stride - 1)]
    if uneven:
        raise BackboneError(
            f"model.backbone: a cell of '{name}' is {uneven[0]} pixels wide; expected a power of "
            "two, so that pyramids fit together; take another body"
        )
    return found


@lru_cache(maxsize=8)
def _all_stages(name: str) -> tuple[Stage, ...]:
    with torch.device("meta"):
        info = _create(name, features_only=True).feature_info
    rows = zip(info.out_indices, info.reduction(), info.channels(), strict=True)
    return tuple(Stage(*row) for row in rows)


def _network(
    settings: BackboneSettings, size: int, indices: tuple[int, ...], stride: int | None
) -> Any:
    """The network of timm that gives the features of these stages."""
    wanted: dict[str, Any] = {"features_only": True, "out_indices": indices, "in_chans": 1}
    if _configuration(settings.name).fixed_input_size:
        wanted["img_size"] = size
    if settings.weights is not None:
        with torch.device("meta"):
            whole = _create(settings.name, num_classes=0)
        wanted |= weights_for(settings.name, settings.weights, whole)
    if stride is None:
        return _create(settings.name, **wanted)
    try:
        return _create(settings.name, output_stride=stride, **wanted)
    except (TypeError, NotImplementedError):  # a body that cannot be held to a stride
        return _create(settings.name, **wanted)


def _open_branches(network: nn.Module) -> None:
    """Set norms that begin at zero to one.

    timm closes the last norm of every residual branch to begin with (Goyal et al. 2017, section
    5.1), which suits long trainings in large batches: a short one ends before its branches open.
    """
    for layer in network.modules():
        if isinstance(layer, _NORMS) and layer.affine and not layer.weight.any():
            nn.init.ones_(layer.weight)


def _freeze(network: nn.Module, name: str, size: int, stride: int) -> None:
    """Let what stages of up to `stride` are computed from stay as it is.

    Raises:
        BackboneError: the body has no such stage.
    """
    stages = [stage for stage in stages_of(name) if stage.stride <= stride]
    if not stages:
        finest = stages_of(name)[0].stride
        raise BackboneError(
            f"model.backbone.frozen: '{name}' has no stage of stride {stride} or less; expected 0, "
            f"or at least {finest}"
        )
    wanted: dict[str, Any] = {"img_size": size} if _configuration(name).fixed_input_size else {}
    with torch.device("meta"):
        part = _create(
            name, features_only=True, in_chans=1, out_indices=(stages[-1].number,), **wanted
        )
        part(torch.zeros((1, 1, size, size)))[0].sum().backward()
    frozen = {key for key, weight in part.named_parameters() if weight.grad is not None}
    for key, weight in network.named_parameters():
        if key in frozen:
            weight.requires_grad_(False)


def _create(name: str, **wanted: Any) -> Any:
    if name in OUTSIDE_BODIES and not timm.is_model(name):
        timm.models.register_model(resolve_function(OUTSIDE_BODIES[name]))
    # Weights have been held against the body; that a classifier's are left over is no news.
    log = logging.getLogger("timm.models")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        return timm.create_model(name, **wanted)
    except RuntimeError as error:
        if "Unknown model" not in str(error):
            raise
        near = difflib.get_close_matches(name, timm.list_models(), n=_NEAR)
        meant = f"; near it are {', '.join(near)}" if near else ""
        raise BackboneError(
            f"model.backbone.name: timm has no body '{name}'{meant}; "
            "python -c 'import timm; print(timm.list_models())' lists them"
        ) from None
    finally:
        log.setLevel(level)


def _configuration(name: str) -> Any:
    """What timm says of a body: mean and spread of what it saw, and its input's size."""
    _all_stages(name)  # says what is near an unknown name
    return timm.get_pretrained_cfg(name) or timm.models.PretrainedCfg()


def _intensities(settings: BackboneSettings) -> tuple[float, float]:
    """Factor and offset that bring brightness of 0 to 1 to what the body expects.

    timm gives mean and spread of each colour; grey takes the mean of the three.
    """
    if settings.intensities is not None:
        black, white = settings.intensities
        return white - black, black
    configuration = _configuration(settings.name)
    mean = sum(configuration.mean) / len(configuration.mean)
    spread = sum(configuration.std) / len(configuration.std)
    return 1 / spread, -mean / spread


def body_by_card(told: Mapping[str, Any]) -> BackboneSettings:
    """What `body_of` has told of a body, of which nothing is fetched and no file opened.

    Raises:
        ValueError: it tells of no body, or of one that timm would look for elsewhere.
    """
    # The weights beside the card are all that is read.
    settings = BackboneSettings(**{**told, "weights": None})
    if not _BROUGHT.fullmatch(settings.name):
        raise ValueError(f"a body named {settings.name!r} would be looked for elsewhere")
    return settings


def body_of(settings: BackboneSettings) -> dict[str, Any]:
    """What builds the same body and pyramid again, into which trained weights are put."""
    return settings.model_dump(mode="json", exclude={"weights", "pace", "freeze_norms", "frozen"})
