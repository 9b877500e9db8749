"""What the baselines find on the images of a cohort."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from model.baselines.classifier import ImageClassifier, TrainedClassifier
from model.baselines.map_boxes import Map, boxes_of_map, over_square
from model.baselines.mean_boxes import mean_boxes, placed_on
from model.baselines.random_boxes import random_boxes, relative_sizes
from model.reading.evidence import evidence_of_boxes, evidence_of_map, peak_of
from model.reading.findings import Findings, FoundBox, edges_of
from model.scoring.calibration import best_threshold
from model.scoring.localization import ImageBoxes
from model.scoring.overlap import Boxes
from model.settings import HardwareSettings
from model.tensors.attributes import rows_of
from model.tensors.cohorts import Cohort, CohortImage
from model.tensors.pictures import Batch, Pictures, in_order
from model.tensors.region_rows import ImageRegions
from model.training.hardware import device_of, half_precision

#: From the last features [B, C, h, w] and rows of concepts [Q] to maps [B, h, w].
MakeMap = Callable[[ImageClassifier, Tensor, Tensor], Tensor]
#: Shares of a map's maximum at which it may be cut.
SHARES: Final = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_BATCH: Final = 64


@dataclass(frozen=True, slots=True)
class Mapped:
    """An image with a classifier's map of it.

    Attributes:
        position: of the image in the cohort, from 0.
        values: [h, w] over the square, 0 to 1.
        certainty: the highest probability among the queries, 0 to 1.
        probabilities: concept id to probability.
    """

    position: int
    values: Map
    certainty: float
    probabilities: dict[str, float]


def map_images(
    trained: TrainedClassifier,
    mappings: Mapping[str, MakeMap],
    queries: tuple[str, ...],
    pictures: Pictures,
    hardware: HardwareSettings,
) -> Iterator[dict[str, Mapped]]:
    """Maps of every picture, by name; all of them read the same features.

    Args:
        trained: the classifier.
        mappings: how maps are made of it, by name.
        queries: concept ids whose maps are joined.
        pictures: in the cohort's order.
        hardware: where to run.
    """
    device = device_of(hardware)
    network = trained.network.to(device)
    rows = torch.tensor(rows_of(queries, trained.concepts), device=device)
    batch: Batch
    for batch in in_order(pictures, _BATCH, hardware.workers):
        with torch.no_grad(), half_precision(hardware, device):
            features = network.features(batch.pixels.to(device)).float()
        maps = {
            name: make(network, features, rows).cpu().numpy() for name, make in mappings.items()
        }
        with torch.inference_mode():
            probabilities = network.classify(features).sigmoid().cpu()
        certainty = probabilities[:, rows.cpu()].amax(dim=1)
        for row, position in enumerate(batch.positions.tolist()):
            named = dict(zip(trained.concepts, probabilities[row].tolist(), strict=True))
            yield {
                name: Mapped(position, of_batch[row], float(certainty[row]), named)
                for name, of_batch in maps.items()
            }


def findings_of_map(mapped: Mapped, pictures: Pictures, share: float) -> Findings:
    """Boxes around what stands out of a map; a box's score is its peak times the certainty."""
    image, where = pictures.cohort.images[mapped.position], pictures.placement(mapped.position)
    edges, scores = _boxes(mapped, over_square(mapped.values, pictures.size), pictures, share)
    boxes = tuple(
        FoundBox(tuple(own.tolist()), float(score), {})
        for own, score in zip(edges, scores, strict=True)
    )
    evidence = evidence_of_map(mapped.values, where, pictures.size)
    point = peak_of(evidence, image.width, image.height)
    return Findings(image.image_id, boxes, mapped.probabilities, evidence, None, point, {})


def best_share(mapped: Sequence[Mapped], pictures: Pictures) -> float:
    """The share of the maximum at which maps give the best boxes, where boxes are known.

    The same rule as chooses every method's threshold: F1 at IoU 0.3, each share at its own best
    threshold. So no baseline suffers from a share that suits it badly. Where no box is known, or
    none is found, it is the least, 0.2, as Zhou et al. 2016 have it.
    """
    cohort = pictures.cohort
    of_share: dict[float, list[ImageBoxes]] = {share: [] for share in SHARES}
    for one in mapped:
        image = cohort.images[one.position]
        fine = over_square(one.values, pictures.size)
        for share, images in of_share.items():
            edges, scores = _boxes(one, fine, pictures, share)
            images.append(
                ImageBoxes(image.image_id, image.subject_id, edges, scores, cohort.reference(image))
            )
    return max(SHARES, key=lambda share: best_threshold(of_share[share])[1])


def _boxes(
    mapped: Mapped, fine: Map, pictures: Pictures, share: float
) -> tuple[Boxes, npt.NDArray[np.float64]]:
    """[N, 4] boxes of a map in the image's own pixels, and [N] their scores."""
    in_square, peaks = boxes_of_map(fine, share)
    return pictures.placement(mapped.position).to_image(in_square), peaks * mapped.certainty


def image_boxes(found: Iterable[Findings], cohort: Cohort) -> list[ImageBoxes]:
    """Found and reference boxes of a cohort's images."""
    images = {image.image_id: image for image in cohort.images}
    return [
        ImageBoxes(
            one.image_id,
            images[one.image_id].subject_id,
            edges_of(one.boxes),
            np.array([box.score for box in one.boxes]),
            cohort.reference(images[one.image_id]),
        )
        for one in found
    ]


def findings_of_detector(image: ImageRegions) -> Findings:
    """The detector's own boxes and scores."""
    return _of_boxes(image.image, image.boxes, image.objectness.astype(np.float64))


def findings_at_random(cohort: Cohort, sizes_from: Cohort, seed: int) -> Iterator[Findings]:
    """Random boxes with random scores on every image.

    Args:
        cohort: the images.
        sizes_from: the cohort whose boxes lend their sizes.
        seed: of the boxes.
    """
    rng = np.random.default_rng(seed)
    sizes = relative_sizes(sizes_from)
    for image in cohort.images:
        boxes = random_boxes(image, sizes, rng)
        yield _of_boxes(image, boxes, np.sort(rng.random(len(boxes)))[::-1])


def findings_of_mean_boxes(cohort: Cohort, averaged: Cohort) -> Iterator[Findings]:
    """The same boxes with the same scores on every image; it points to the better one's middle.

    Args:
        cohort: the images.
        averaged: the cohort whose boxes are averaged.
    """
    boxes = mean_boxes(averaged)
    for image in cohort.images:
        edges = placed_on(image, boxes)
        middles = (edges[:, :2] + edges[:, 2:]) / 2
        point = (float(middles[0, 0]), float(middles[0, 1])) if len(middles) else None
        yield replace(_of_boxes(image, edges, boxes.scores), point=point)


def _of_boxes(image: CohortImage, edges: Boxes, scores: Map) -> Findings:
    order = np.argsort(-scores, kind="stable")
    boxes = tuple(FoundBox(tuple(edges[row].tolist()), float(scores[row]), {}) for row in order)
    evidence = evidence_of_boxes(edges, scores, image.width, image.height)
    point = peak_of(evidence, image.width, image.height)
    return Findings(image.image_id, boxes, {}, evidence, None, point, {})
