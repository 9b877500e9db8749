"""RetinaNet (Lin et al. 2017) for opacities of several kinds, and the regions that it proposes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import gcd
from typing import Final

import torch
from torch import Tensor, nn
from torchvision.models.detection import RetinaNet
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.retinanet import RetinaNetHead
from torchvision.ops import clip_boxes_to_image

from model.backbone.pyramid import Pyramid
from model.detector.suppression import suppress
from model.settings import BackboneSettings

# Opacities reach from a nodule to a whole lung; anchors of 2 to 4 strides miss the largest ones.
_SCALES: Final = (2.0, 2.0 * 2 ** (1 / 3), 2.0 * 2 ** (2 / 3))
_RATIOS: Final = (0.5, 1.0, 2.0)
# Channels that a group norm takes together: on the coarsest levels one alone would be all zeros.
_GROUP: Final = 4
#: Anchors of an image, those of highest score, that are decoded to boxes.
CANDIDATES: Final = 500


@dataclass(frozen=True, slots=True)
class Proposed:
    """An image's candidate regions.

    Attributes:
        boxes: [R, 4] in the square's pixels, in descending order of objectness.
        objectness: [R] 0 to 1, the maximum over the target kinds.
    """

    boxes: Tensor
    objectness: Tensor


class Detector(nn.Module):
    """A RetinaNet over squares of one size.

    Args:
        backbone: the feature pyramid's settings.
        size: S, pixels of a square's side.
        kinds: classes of the boxes, in the order of the outputs.
        targets: the classes that objectness is of; empty takes all. The others are learnt so that
            they are not mistaken for these.
    """

    def __init__(
        self,
        backbone: BackboneSettings,
        size: int,
        kinds: Sequence[str],
        targets: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.size = size
        self.kinds = tuple(kinds)
        self.is_target = [kind in targets or not targets for kind in kinds]
        pyramid = Pyramid(backbone, size)
        self.strides = pyramid.strides
        anchors = AnchorGenerator(
            tuple(tuple(scale * stride for scale in _SCALES) for stride in self.strides),
            (_RATIOS,) * len(self.strides),
        )
        self.retinanet = RetinaNet(
            pyramid,
            num_classes=len(kinds),
            anchor_generator=anchors,
            head=_head(backbone.channels, len(kinds)),
            min_size=size,
            max_size=size,
        )

    @property
    def pyramid(self) -> Pyramid:
        """The feature pyramid, with the body that it stands on."""
        found: Pyramid = self.retinanet.backbone
        return found

    def features(self, pixels: Tensor) -> list[Tensor]:
        """The pyramid's levels, [B, C, S/s, S/s], of [B, 1, S, S] uint8, the finest first."""
        found: list[Tensor] = self.pyramid(pixels)
        return found

    def features_and_texture(self, pixels: Tensor) -> tuple[list[Tensor], Tensor]:
        """The same levels, and [B, T, S/t, S/t] what the body's first stage sees on the way."""
        return self.pyramid.levels_and_texture(pixels)

    def losses(self, pixels: Tensor, boxes: list[Tensor]) -> dict[str, Tensor]:
        """Focal loss of the anchors and smooth L1 loss of their boxes.

        Args:
            pixels: [B, 1, S, S] uint8.
            boxes: [N, 5] of each image: edges in the square's pixels, and kind.
        """
        features = self.features(pixels)
        outputs = {name: value.float() for name, value in self.retinanet.head(features).items()}
        targets = [{"boxes": own[:, :4], "labels": own[:, 4].long()} for own in boxes]
        found: dict[str, Tensor] = self.retinanet.compute_loss(
            targets, outputs, self.anchors(features)
        )
        return found

    def propose(self, features: list[Tensor], count: int, overlap: float) -> list[Proposed]:
        """The regions of highest objectness of each image, class-agnostic, after suppression.

        Args:
            features: as `features` gives them.
            count: R, maximum of regions an image.
            overlap: IoU above which the lower-scored of two is dropped.
        """
        outputs = self.retinanet.head(features)
        logits = outputs["cls_logits"].float()
        order = logits.amax(dim=-1).topk(min(CANDIDATES, logits.shape[1])).indices
        targets = torch.tensor(self.is_target, device=logits.device)
        objectness = _rows(logits, order)[..., targets].amax(dim=-1).sigmoid()
        moves = _rows(outputs["bbox_regression"], order).float()
        # The same for each image.
        anchors = self.anchors([level[:1] for level in features])[0][order]
        boxes = self.retinanet.box_coder.decode_single(moves.flatten(0, 1), anchors.flatten(0, 1))
        boxes = clip_boxes_to_image(boxes, (self.size, self.size)).unflatten(0, order.shape)
        kept = suppress(boxes, objectness, overlap, count)
        likely, numbers = objectness.gather(1, kept.indices), kept.there.sum(1).tolist()
        return [
            Proposed(own[:number], row[:number])
            for own, row, number in zip(kept.boxes, likely, numbers, strict=True)
        ]

    def anchors(self, features: list[Tensor]) -> list[Tensor]:
        """[A, 4] of each image, in the square's pixels, in the order of the head's outputs."""
        batch = len(features[0])
        sizes = [(self.size, self.size)] * batch
        blank = torch.empty(
            (batch, 1, self.size, self.size), dtype=torch.float32, device=features[0].device
        )
        found: list[Tensor] = self.retinanet.anchor_generator(ImageList(blank, sizes), features)
        return found


def _head(channels: int, kinds: int) -> RetinaNetHead:
    """Towers with group norms (Wu and He 2018), which training from scratch needs."""
    groups = gcd(channels, max(channels // _GROUP, 1))
    return RetinaNetHead(
        channels,
        len(_SCALES) * len(_RATIOS),
        kinds,
        norm_layer=partial(nn.GroupNorm, groups),
    )


def _rows(values: Tensor, order: Tensor) -> Tensor:
    """[B, N, C] the rows [B, N] of [B, A, C]."""
    return values.gather(1, order[..., None].expand(-1, -1, values.shape[-1]))
