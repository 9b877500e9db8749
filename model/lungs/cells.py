"""What a detector's body sees of an image, cell by cell."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from model.detector.folding import fold
from model.detector.retinanet import Detector
from model.settings import HardwareSettings
from model.tensors.pictures import Batch, Pictures, in_order
from model.training.hardware import device_of, half_precision

_BATCH: Final = 32

#: [F, G, G] float16: F features of G by G cells over the whole square.
Cells: TypeAlias = npt.NDArray[np.float16]


def read_cells(
    detector: Detector, pictures: Pictures, hardware: HardwareSettings
) -> Mapping[str, Cells]:
    """Cells of every picture, by image id.

    They are as wide as those of the pyramid's finest level. What finer stages of the body see is
    averaged over a cell, what coarser ones see is read between theirs.

    Args:
        detector: trained; it is not changed.
        pictures: of the detector's size.
        hardware: where to run.
    """
    device = device_of(hardware)
    folded = fold(detector).to(device)
    side = detector.size // detector.strides[0]
    found: dict[str, Cells] = {}
    batch: Batch
    for batch in in_order(pictures, _BATCH, hardware.workers):
        with torch.inference_mode(), half_precision(hardware, device):
            stages = folded.pyramid.body(batch.pixels.to(device))
        cells = torch.cat([_at_side(stage.float(), side) for stage in stages], dim=1)
        for row, position in enumerate(batch.positions.tolist()):
            name = pictures.cohort.images[position].image_id
            found[name] = cells[row].half().cpu().numpy()
    return found


def _at_side(stage: Tensor, side: int) -> Tensor:
    """[B, C, G, G] a stage's features at `side` cells along either edge."""
    if stage.shape[-1] >= side:
        return adaptive_avg_pool2d(stage, side)
    return interpolate(stage, size=(side, side), mode="bilinear")
