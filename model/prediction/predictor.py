"""A trained model that reads images from their files."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

import torch

from data_contracts.pictures.grey import Picture
from data_contracts.pictures.pixels import is_image_name, read_pixels
from data_contracts.pictures.unreadable import UnreadableImageError
from model.detector.candidates import CandidateFinder
from model.detector.opening import open_detector
from model.prediction.default_weights import settings_for
from model.prediction.provenance import Provenance, networks_in, provenance_of
from model.prediction.weights_card import THRESHOLD_FILE
from model.reading.findings import Findings, FoundBox
from model.reading.nested import merge_nested
from model.reading.reader import RegionReader, load_reader
from model.settings import ModelSettings
from model.tensors.cohorts import CohortImage
from model.tensors.region_rows import ImageRegions
from model.tensors.square import fit_square, place_in_square


class PredictionError(ValueError):
    """Nothing can be predicted; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Predictor:
    """A trained model.

    Attributes:
        finder: finds candidate regions.
        reader: reads them.
        least_score: boxes below are not shown.
        provenance: of the weights.
    """

    finder: CandidateFinder
    reader: RegionReader
    least_score: float
    provenance: Provenance

    @property
    def size(self) -> int:
        """Pixels of the side of the square that an image is brought to."""
        return self.finder.detector.size

    def counts(self, box: FoundBox) -> bool:
        """Whether a box is certain enough to be shown."""
        return box.score >= self.least_score

    @torch.inference_mode()
    def read(self, picture: Picture, image_id: str) -> Findings:
        """What an image shows, its boxes in its own pixels, of nested ones the most certain.

        Stages that score methods read without this merging: scores are of all boxes.

        Args:
            picture: float32 [H, W] in 0 to 1, as `read_pixels` gives it.
            image_id: names it in the result.
        """
        height, width = picture.shape
        placement = place_in_square(width, height, self.size)
        pixels = torch.from_numpy(fit_square(picture, self.size))[None, None]
        (found,) = self.finder(pixels)
        image = CohortImage(image_id, image_id, None, None, image_id, width, height)
        regions = ImageRegions(
            image,
            placement.to_image(found.boxes.double().numpy()),
            found.objectness.float().numpy(),
            # As the network has learnt them: stored regions have half precision.
            found.features.half().numpy(),
        )
        (findings,) = self.reader.read([regions], self.reader.trained.concepts)
        return replace(findings, boxes=merge_nested(findings.boxes))

    def predicted(self, path: Path, picture: Picture) -> "Predicted":
        """An image with what it shows.

        Args:
            path: its file, whose name names it.
            picture: as `read` takes it.
        """
        findings = self.read(picture, path.name)
        return Predicted(path, picture, findings, self.least_score, self.provenance)


@dataclass(frozen=True, slots=True)
class Predicted:
    """An image that was read.

    Attributes:
        path: its file.
        picture: float32 [H, W] in 0 to 1.
        findings: what it shows; all boxes, also those below the threshold.
        least_score: from which on boxes count.
        provenance: of the weights that read it.
    """

    path: Path
    picture: Picture
    findings: Findings
    least_score: float
    provenance: Provenance

    def counts(self, box: FoundBox) -> bool:
        """Whether a box is certain enough to be shown."""
        return box.score >= self.least_score

    @property
    def shown(self) -> tuple[FoundBox, ...]:
        """The boxes that count, the most certain first."""
        return tuple(box for box in self.findings.boxes if self.counts(box))


def load_predictor(models: Path, settings: ModelSettings | None = None) -> Predictor:
    """A model from the folder that the stages wrote to, or from kept weights.

    Args:
        models: holds `network`, where regions need it `detector`, and, for the threshold,
            `evaluation`.
        settings: how many regions, and which concepts make boxes; None takes those that kept
            weights bring, else `params.yaml`, or the defaults.

    Raises:
        WeightsError: something is not trained, or of another release.
        KeptWeightsError: kept weights are others than their card tells of.
        PredictionError: the threshold cannot be read.
    """
    settings = settings or settings_for(models)
    networks = networks_in(models, detector=settings.regions.need_detector)
    provenance = provenance_of(models, networks)
    reader = load_reader(models / "network", settings.queries)
    finder = CandidateFinder(open_detector(settings, models / "detector"), settings.regions).eval()
    return Predictor(finder, reader, _threshold(models / THRESHOLD_FILE), provenance)


def predict(
    images: Sequence[Path], predictor: Predictor
) -> Iterator[Predicted | UnreadableImageError]:
    """Read images one by one; of one that cannot be read, why.

    Args:
        images: DICOM, PNG or JPEG files, and folders of them.
        predictor: see `load_predictor`.

    Raises:
        PredictionError: there is no image at all.
    """
    for path in image_files(images):
        try:
            _check_name(path)
            picture = read_pixels(path)
        except UnreadableImageError as error:
            yield error
            continue
        yield predictor.predicted(path, picture)


def _check_name(path: Path) -> None:
    """See that tables and pictures can tell which image it was."""
    try:
        path.name.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableImageError(
            path, "unreadable_file", "has a name that is no UTF-8; rename it"
        ) from None


def image_files(images: Sequence[Path]) -> list[Path]:
    """The files meant, folders taken apart, in order and each once.

    Raises:
        PredictionError: a path is not there, a folder holds no image, or two files have one name.
    """
    found: dict[Path, None] = {}
    for path in images:
        if not os.path.lexists(path):
            raise PredictionError(f"predict: {path} is not there; give DICOM, PNG or JPEG files")
        inside = [path]
        if path.is_dir():
            # Links that lead nowhere too: they are set aside, and not passed over.
            inside = sorted(o for o in path.rglob("*") if not o.is_dir() and is_image_name(o))
            if not inside:
                raise PredictionError(f"predict: {path} holds no DICOM, PNG or JPEG file")
        found.update(dict.fromkeys(inside))
    names: dict[str, Path] = {}
    for path in found:
        if path.name in names:
            raise PredictionError(
                f"predict: {names[path.name]} and {path} have one name, which would stand for both "
                "in the tables; predict their folders one by one"
            )
        names[path.name] = path
    return list(found)


def _threshold(path: Path) -> float:
    try:
        least = json.loads(path.read_text(encoding="utf-8"))["least_score"]
        # No score is as high as NaN or infinity: every box would be gone without a word.
        if isinstance(least, bool) or not isinstance(least, int | float) or not isfinite(least):
            raise ValueError
        return float(least)
    except FileNotFoundError:
        raise PredictionError(
            f"predict: {path} is not there, which says from which score on boxes count.\n"
            "Next: python -m model evaluate"
        ) from None
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError):
        raise PredictionError(
            f"{path}: holds no least_score; run the stage evaluate again"
        ) from None
