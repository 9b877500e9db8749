"""Reads images: from their candidate regions to findings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torchvision.ops import nms

from model.network.checkpoint import TrainedNetwork, load_network
from model.network.network import ImageReading
from model.reading.evidence import evidence_of_boxes, peak_of
from model.reading.findings import AttendedRegion, Findings, FoundBox, Severity, edges_of
from model.reading.severity import (
    MIN_IMAGES,
    SeverityHead,
    fit_severity,
    load_severity,
    severities,
    severity_features,
)
from model.tensors.attributes import rows_of
from model.tensors.region_rows import GEOMETRY, ImageRegions, geometry_of

#: IoU above which two boxes are merged to the one of higher score.
_MERGE_IOU: Final = 0.3
#: Maximum of a box's characteristics, and the minimum of their probability.
_MAX_ATTRIBUTES: Final = 6
_MIN_PROBABILITY: Final = 0.05
_BATCH: Final = 256


@dataclass(frozen=True, slots=True)
class _Outputs:
    """What the network and the severity head give for one image.

    Attributes:
        probabilities: [K] of the attributes, 0 to 1.
        attention: [K, R] of the attributes over the regions.
        scores: [R] of the regions, 0 to 1.
        severity: None without a head.
    """

    probabilities: Tensor
    attention: Tensor
    scores: Tensor
    severity: Severity | None


@dataclass(frozen=True, slots=True)
class RegionReader:
    """Reads images from their candidate regions.

    Attributes:
        trained: the network and its vocabulary.
        queries: concepts whose attention makes the boxes.
        head: of severity; None leaves severity out.
    """

    trained: TrainedNetwork
    queries: tuple[str, ...]
    head: SeverityHead | None

    def read(
        self, images: Iterable[ImageRegions], concepts: Sequence[str] = ()
    ) -> Iterator[Findings]:
        """What is found on each image, in their order.

        Args:
            images: their candidate regions.
            concepts: concept ids to give evidence maps of, beside that of the boxes.
        """
        batch: list[ImageRegions] = []
        for image in images:
            batch.append(image)
            if len(batch) == _BATCH:
                yield from self._read(batch, concepts)
                batch = []
        if batch:
            yield from self._read(batch, concepts)

    @torch.inference_mode()
    def _read(self, images: Sequence[ImageRegions], concepts: Sequence[str]) -> Iterator[Findings]:
        regions, objectness, mask = region_tensors(images)
        reading = self.trained.network(regions, objectness, mask)
        scores = self.region_scores(reading)
        severity: list[Severity | None] = [None] * len(images)
        if self.head is not None:
            features = severity_features(
                reading.probabilities, scores, objectness, regions[..., -GEOMETRY:]
            )
            severity = list(severities(self.head(features)))
        for row, image in enumerate(images):
            count = len(image.boxes)
            outputs = _Outputs(
                reading.probabilities[row],
                reading.attention[row, :, :count],
                scores[row, :count],
                severity[row],
            )
            yield self._findings(image, outputs, concepts)

    @torch.inference_mode()
    def severity_features(self, images: Sequence[ImageRegions]) -> Tensor:
        """[I, F] inputs of the severity head; see the function of that name."""
        found = []
        for first in range(0, len(images), _BATCH):
            regions, objectness, mask = region_tensors(images[first : first + _BATCH])
            reading = self.trained.network(regions, objectness, mask)
            scores = self.region_scores(reading)
            geometry = regions[..., -GEOMETRY:]
            found.append(severity_features(reading.probabilities, scores, objectness, geometry))
        return torch.cat(found)

    def region_scores(self, reading: ImageReading) -> Tensor:
        """[I, R] score of each region for the queries, 0 to 1."""
        rows = torch.tensor(rows_of(self.queries, self.trained.concepts))
        return reading.region_scores(rows, weighted=self.trained.region_weighting)

    def _findings(
        self, regions: ImageRegions, outputs: _Outputs, concepts: Sequence[str]
    ) -> Findings:
        image, attention = regions.image, outputs.attention
        edges = torch.from_numpy(regions.boxes).float()
        boxes = tuple(
            FoundBox(
                tuple(regions.boxes[region].tolist()),
                float(outputs.scores[region]),
                self._attributes(outputs, region),
            )
            for region in nms(edges, outputs.scores, _MERGE_IOU).tolist()
        )
        scores = np.array([box.score for box in boxes])
        evidence = evidence_of_boxes(edges_of(boxes), scores, image.width, image.height)
        probabilities = outputs.probabilities.tolist()
        return Findings(
            image_id=image.image_id,
            boxes=boxes,
            probabilities=dict(zip(self.trained.concepts, probabilities, strict=True)),
            evidence=evidence,
            severity=outputs.severity,
            point=peak_of(evidence, image.width, image.height),
            evidence_of={
                name: evidence_of_boxes(
                    regions.boxes, self._attended(attention, name), image.width, image.height
                )
                for name in concepts
            },
            attended=self._attended_regions(regions, outputs),
        )

    def _attended_regions(
        self, regions: ImageRegions, outputs: _Outputs
    ) -> tuple[AttendedRegion, ...]:
        """Every region with the share of each attribute's attention that falls on it."""
        edges, scores = regions.boxes.tolist(), outputs.scores.tolist()
        return tuple(
            AttendedRegion(
                tuple(edge), score, dict(zip(self.trained.concepts, shares, strict=True))
            )
            for edge, score, shares in zip(edges, scores, outputs.attention.T.tolist(), strict=True)
        )

    def _attributes(self, outputs: _Outputs, region: int) -> dict[str, float]:
        """A region's concepts: probability times attention relative to its maximum, 0 to 1."""
        attention = outputs.attention
        share = attention[:, region] / attention.amax(dim=1).clamp_min(1e-6)
        of_region = (outputs.probabilities * share).tolist()
        ranked = sorted(zip(of_region, self.trained.concepts, strict=True), reverse=True)
        return {
            name: probability
            for probability, name in ranked[:_MAX_ATTRIBUTES]
            if probability >= _MIN_PROBABILITY
        }

    def _attended(self, attention: Tensor, concept: str) -> npt.NDArray[np.float32]:
        """[R] a concept's attention relative to its maximum, 0 to 1."""
        own = attention[self.trained.concepts.index(concept)]
        share: npt.NDArray[np.float32] = (own / own.amax()).numpy()
        return share


def region_tensors(images: Sequence[ImageRegions]) -> tuple[Tensor, Tensor, Tensor]:
    """[I, R, V] padded features and geometry, [I, R] objectness, [I, R] true where not padded."""
    most = max(len(image.boxes) for image in images)
    width = images[0].features.shape[1]
    geometry = [geometry_of(i.boxes, i.image.width, i.image.height) for i in images]
    regions = np.zeros((len(images), most, width + geometry[0].shape[1]), dtype=np.float32)
    objectness = np.zeros((len(images), most), dtype=np.float32)
    mask = np.zeros((len(images), most), dtype=np.bool_)
    for row, (image, own) in enumerate(zip(images, geometry, strict=True)):
        count = len(image.boxes)
        regions[row, :count, :width] = image.features
        regions[row, :count, width:] = own
        objectness[row, :count] = image.objectness
        mask[row, :count] = True
    return torch.from_numpy(regions), torch.from_numpy(objectness), torch.from_numpy(mask)


def load_reader(folder: Path, queries: tuple[str, ...]) -> RegionReader:
    """The reader of a trained network, with its severity head where it has one.

    Args:
        folder: of the network's weights.
        queries: concepts whose attention makes the boxes.

    Raises:
        WeightsError: there are no weights, or those of another release.
    """
    has_head = (folder / "severity").is_dir()
    head = load_severity(folder / "severity") if has_head else None
    return RegionReader(load_network(folder), queries, head)


def train_severity(
    trained: TrainedNetwork,
    queries: tuple[str, ...],
    images: Sequence[ImageRegions],
    severity: Mapping[str, tuple[float, float]],
) -> SeverityHead | None:
    """A severity head on a trained network; None with fewer than 20 images.

    Args:
        trained: the network.
        queries: concepts whose attention makes the boxes.
        images: regions of the training images, all of which are in `severity`.
        severity: image id to geographic extent (0 to 8) and opacity (0 to 6).
    """
    if len(images) < MIN_IMAGES:
        return None
    features = RegionReader(trained, queries, None).severity_features(images)
    return fit_severity(features, torch.tensor([severity[one.image.image_id] for one in images]))
