"""The path from one square to what it shows, as a network of fixed shapes that ONNX can hold.

RoIAlign is written out in plain operations: how many regions each level has would otherwise depend
on the image, which exporters do not follow.
"""

import math
import warnings
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from command_line.json_files import write_json
from data_contracts.whole_files import whole_file
from model.detector.candidates import CELLS
from model.detector.retinanet import CANDIDATES
from model.detector.suppression import suppress
from model.detector.texture import read_texture
from model.prediction.predictor import PredictionError, Predictor
from model.prediction.provenance import NO_DEVICE
from model.reading.severity import severity_features
from model.tensors.attributes import rows_of

INPUTS: Final = ("pixels", "frame")
OUTPUTS: Final = ("boxes", "there", "scores", "probabilities", "severity")
_SAMPLES: Final = 2


class ImageReader(nn.Module):
    """Reads one square: candidate regions, their scores, attributes and severity.

    Args:
        predictor: a trained model whose regions are a detector's.
    """

    anchors: Tensor
    targets: Tensor
    queries: Tensor

    def __init__(self, predictor: Predictor) -> None:
        super().__init__()
        self.finder = predictor.finder
        self.detector = predictor.finder.detector
        self.network = predictor.reader.trained.network
        self.head = predictor.reader.head
        self.weighted = predictor.reader.trained.region_weighting
        concepts = predictor.reader.trained.concepts
        size = self.detector.size
        with torch.no_grad():
            levels = self.detector.features(torch.zeros(1, 1, size, size, dtype=torch.uint8))
            self.register_buffer("anchors", self.detector.anchors(levels)[0])
        self.register_buffer("targets", torch.tensor(self.detector.is_target).nonzero()[:, 0])
        self.register_buffer("queries", torch.tensor(rows_of(predictor.reader.queries, concepts)))

    def forward(
        self, pixels: Tensor, frame: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Read one image in its square.

        Args:
            pixels: [1, 1, S, S] float32, 0 to 255.
            frame: [4] left, upper, right and lower edge of the image in the square's pixels.

        Returns:
            [R, 4] boxes in the square's pixels, [R] 1 where there is one, [R] their scores, [K]
            probabilities of the attributes, and [2] geographic extent and opacity, NaN without a
            trained head.
        """
        levels, texture = self.detector.features_and_texture(pixels)
        boxes, objectness, there = self._propose(levels)
        look = read_texture(pixels, texture, boxes[None])[0]
        features = torch.cat([self._shapes(levels, boxes), look], dim=1)
        offset, sides = frame[:2].repeat(2), (frame[2:] - frame[:2]).repeat(2)
        edges = ((boxes - offset) / sides).clamp(0, 1)
        share = (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])
        geometry = torch.cat([edges, share[:, None]], dim=1)
        regions = torch.cat([features, geometry], dim=1)[None]
        reading = self.network(regions, objectness[None], there[None] > 0)
        scores = reading.region_scores(self.queries, weighted=self.weighted)
        severity = torch.full((1, 2), torch.nan)
        if self.head is not None:
            here = there[None]
            severity = self.head(
                severity_features(
                    reading.probabilities,
                    scores * here,
                    objectness[None] * here,
                    geometry[None] * here[..., None],
                )
            )
        return boxes, there, scores[0], reading.probabilities[0], severity[0]

    def _propose(self, levels: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """[R, 4] the likeliest boxes, each apart from the others, [R] how likely, [R] if there."""
        detector, size = self.detector, self.detector.size
        outputs = detector.retinanet.head(levels)
        logits = outputs["cls_logits"][0]
        order = logits.amax(dim=-1).topk(min(CANDIDATES, len(self.anchors))).indices
        moves = outputs["bbox_regression"][0][order]
        boxes = detector.retinanet.box_coder.decode_single(moves, self.anchors[order])
        boxes = boxes.clamp(0, size)
        objectness = logits[order][:, self.targets].amax(dim=1).sigmoid()
        settings = self.finder.settings
        (kept,), (indices,), (there,) = suppress(
            boxes[None], objectness[None], settings.overlap, settings.per_image
        )
        return kept, objectness[indices], there.float()

    def _shapes(self, levels: list[Tensor], boxes: Tensor) -> Tensor:
        """[R, V] RoIAlign of each box from the level of its size."""
        align = self.finder.align
        area = ((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).clamp_min(1e-6)
        level = torch.floor(
            align.canonical_level + torch.log2(area.sqrt() / align.canonical_scale) + 1e-6
        )
        strides = self.finder.detector.strides
        lowest = int(math.log2(strides[0]))
        level = level.clamp(lowest, lowest + 2) - lowest
        found = torch.zeros(len(boxes), levels[0].shape[1] * CELLS**2)
        for number in range(3):
            read = _align(levels[number], boxes, strides[number], CELLS, aligned=False)
            found = torch.where((level == number)[:, None], read.flatten(1), found)
        return found


def _align(features: Tensor, boxes: Tensor, stride: int, cells: int, *, aligned: bool) -> Tensor:
    """[R, C, cells, cells] RoIAlign (He et al. 2017) with two samples to a side of a cell."""
    height, width = features.shape[-2:]
    edges = boxes / stride - (0.5 if aligned else 0.0)
    sides = edges[:, 2:] - edges[:, :2]
    if not aligned:
        sides = sides.clamp_min(1)
    steps = (torch.arange(cells * _SAMPLES) + 0.5) / (cells * _SAMPLES)
    x = edges[:, 0, None] + sides[:, 0, None] * steps
    y = edges[:, 1, None] + sides[:, 1, None] * steps
    # To the range that grid_sample counts in, the first and last cell's middle at -1 and 1.
    x = 2 * x.clamp(0, width - 1) / (width - 1) - 1
    y = 2 * y.clamp(0, height - 1) / (height - 1) - 1
    count, side = len(boxes), cells * _SAMPLES
    grid = torch.stack(
        [x[:, None, :].expand(count, side, side), y[:, :, None].expand(count, side, side)], dim=-1
    )
    # All boxes in one tall picture, as there is one image.
    samples = functional.grid_sample(
        features, grid.reshape(1, count * side, side, 2), align_corners=True
    )
    samples = samples[0].reshape(features.shape[1], count, side, side).transpose(0, 1)
    return functional.avg_pool2d(samples, _SAMPLES)


def export_onnx(predictor: Predictor, path: Path) -> Path:
    """Write the model as ONNX, and beside it `NAME.json` with what its outputs mean.

    Args:
        predictor: a trained model.
        path: file to write; whole or not at all.

    Returns:
        The file of what the outputs mean.

    Raises:
        PredictionError: the model's regions are none of a detector's.
    """
    source = predictor.finder.settings.source
    if source != "detector":
        raise PredictionError(
            f"only models whose regions are a detector's can be exported, and model.regions.source "
            f"is '{source}'"
        )
    reader = ImageReader(predictor).eval()
    size = predictor.size
    example = torch.full((1, 1, size, size), 127.0), torch.tensor([0.0, 0.0, size, size])
    with whole_file(path) as partial, torch.no_grad(), warnings.catch_warnings():
        # The exporter's own use of torch, nothing that a user could change.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            reader,
            example,
            str(partial),
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    meaning = path.with_suffix(".json")
    told = {
        "size": size,
        "attributes": list(predictor.reader.trained.concepts),
        "least_score": predictor.least_score,
        "notice": NO_DEVICE,
        "weights": predictor.provenance.plain(),
        "severity": ["geographic_extent", "opacity"],
    }
    write_json(told, meaning)
    return meaning
