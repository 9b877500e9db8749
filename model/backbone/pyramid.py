"""The feature pyramid (Lin et al. 2017) that detector and regions stand on."""

from collections import OrderedDict
from typing import Final

from torch import Tensor, nn
from torchvision.ops.feature_pyramid_network import FeaturePyramidNetwork, LastLevelP6P7

from model.backbone.bodies import Body, stages_between, texture_stage
from model.settings import BackboneSettings

# Levels that the pyramid has beyond the body's last stage.
_BEYOND: Final = 2


class Pyramid(nn.Module):
    """A feature pyramid on a body.

    Levels lie on the body's stages from the settings' `finest` to their `stride`, and two more
    beyond.

    Args:
        settings: of the body and the pyramid.
        size: S, pixels of a picture's side.

    Raises:
        BackboneError: the body is unknown, has no such stages, or weights are not of it.
    """

    def __init__(self, settings: BackboneSettings, size: int) -> None:
        super().__init__()
        stages = stages_between(settings.name, settings.finest, settings.stride)
        texture = texture_stage(settings.name)
        wanted = tuple(sorted({texture, *stages}))
        self._levels = [wanted.index(stage) for stage in stages]
        self._texture = wanted.index(texture)
        self.texture_channels = texture.channels
        #: Pixels to a cell of each level, the finest first.
        self.strides = (
            *(stage.stride for stage in stages),
            *(stages[-1].stride * 2**step for step in range(1, _BEYOND + 1)),
        )
        self.body = Body(settings, size, wanted)
        #: Channels of each level, as torchvision's detectors ask for them.
        self.out_channels = settings.channels
        self.fpn = FeaturePyramidNetwork(
            [stage.channels for stage in stages],
            settings.channels,
            LastLevelP6P7(settings.channels, settings.channels),
        )

    def forward(self, pixels: Tensor) -> list[Tensor]:
        """The levels, [B, C, S/s, S/s], of [B, 1, S, S] pixels of 0 to 255, the finest first."""
        return self.levels_and_texture(pixels)[0]

    def levels_and_texture(self, pixels: Tensor) -> tuple[list[Tensor], Tensor]:
        """The same levels, and [B, T, S/t, S/t] what an early stage sees on the way."""
        seen = self.body(pixels)
        levels = self.fpn(OrderedDict((str(level), seen[level]) for level in self._levels))
        return list(levels.values()), seen[self._texture]
