"""A trained model that reads images, and what it reads as numbers and as a picture."""

import io
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from PIL import Image

import model.lean_torchvision  # noqa: F401 - before all that imports torchvision
from data_contracts.pictures.grey import Picture
from model.figures.reading import draw_reading
from model.prediction.default_weights import find_weights, settings_for
from model.prediction.plain import plain_of
from model.prediction.predictor import Predicted, Predictor, load_predictor
from model.prediction.provenance import header_of
from model.reading.severity_words import extent_in_words, opacity_in_words
from pneumoloc.given_images import given_picture, name_of

if TYPE_CHECKING:
    from model.reading.findings import FoundBox, Severity

_DOTS_PER_INCH: Final = 100
_NEEDED: Final = ("detector", "network", "evaluation/threshold.json")


class MissingModelError(FileNotFoundError):
    """A folder holds no trained model; the message says what to run."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Reading:
    """What a model reads on one image; a notebook shows it as a picture.

    Attributes:
        predicted: all of it, also boxes below the threshold and the evidence.
    """

    predicted: Predicted

    @property
    def name(self) -> str:
        """The name of the image's file, or `image`."""
        return self.predicted.path.name

    @property
    def picture(self) -> Picture:
        """Float32 [H, W] in 0 to 1: the image as it was read, bright where dense."""
        return self.predicted.picture

    @property
    def boxes(self) -> "tuple[FoundBox, ...]":
        """The boxes that count, the most certain first.

        Each has `edges` (left, upper, right, lower, in the image's own pixels), `score` and
        `attributes` (concept id to probability, the likeliest first).
        """
        return self.predicted.shown

    @property
    def attributes(self) -> dict[str, float]:
        """Concept id to probability over the whole image, the likeliest first."""
        found = self.predicted.findings.probabilities
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    @property
    def severity(self) -> "Severity | None":
        """`geographic_extent`, 0 to 8, and `opacity`, 0 to 6; None of a model without severity."""
        return self.predicted.findings.severity

    def frame(self) -> pd.DataFrame:
        """A row a box that counts: x, y, width, height in image pixels, score, attributes."""
        columns = ["x", "y", "width", "height", "score", "attributes"]
        boxes = [box for box in plain_of(self.predicted)["boxes"] if box["shown"]]
        return pd.DataFrame(boxes, columns=columns)

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values, for JSON; as `pneumoloc model predict` writes it.

        Boxes below the threshold are there with `shown` false; what the weights were trained on is
        below `weights`.
        """
        one = self.predicted
        head = header_of(one.provenance, one.least_score, datetime.now(UTC))
        return {**head, **plain_of(one)}

    def overlay(self) -> Image.Image:
        """The image with its boxes and their characteristics, as a picture to save or show."""
        return Image.open(io.BytesIO(self._repr_png_())).convert("RGB")

    def _repr_png_(self) -> bytes:
        one = self.predicted
        figure = draw_reading(one.picture, one.findings, one.least_score, one.provenance.lines)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})
        return file.getvalue()

    def __repr__(self) -> str:
        height, width = self.picture.shape
        count = len(self.boxes)
        text = f"<Reading of {self.name}, {width} x {height}: {count} box{'es' * (count != 1)}"
        if self.severity is not None:
            text += f", extent {extent_in_words(self.severity)}"
            text += f", opacity {opacity_in_words(self.severity)}"
        return f"{text}>"


class TrainedModel:
    """Reads images without any report; made by `pneumoloc.load`.

    Args:
        predictor: the trained networks.
        folder: where they lie.
    """

    def __init__(self, predictor: Predictor, folder: Path) -> None:
        self._predictor = predictor
        self.folder = folder

    @property
    def least_score(self) -> float:
        """The score from which on a box counts; chosen by the stage evaluate."""
        return self._predictor.least_score

    @property
    def trained_on(self) -> str:
        """The images that the weights were trained on, in words."""
        return self._predictor.provenance.trained_on

    def read(self, image: Any, *, name: str | None = None) -> Reading:
        """Find boxes, characteristics and severity on an image.

        Args:
            image: the path of a DICOM, PNG or JPEG file; a PIL image; or an array [H, W], bright
                where the body is dense and with the patient's right at the left.
            name: what to call it in the reading; None takes the file's name.

        Raises:
            UnreadableImageError: the file cannot be used, or the image is too small or too large.
            GivenImageError: it is no image.
        """
        picture = given_picture(image)
        name = name or name_of(image)
        return Reading(self._predictor.predicted(Path(name), picture))

    def __repr__(self) -> str:
        return f"<TrainedModel of {self.folder}: boxes count from {self.least_score:.2f} on>"


def load_model(
    models: str | os.PathLike[str] | None, params: str | os.PathLike[str] | None
) -> TrainedModel:
    """See `pneumoloc.load`."""
    folder = find_weights(None if models is None else Path(models))
    missing = [name for name in _NEEDED if not (folder / name).exists()]
    if missing:
        raise MissingModelError(
            f"{folder} holds no trained model: {', '.join(missing)} {_are(missing)} not there.\n"
            "Next: uv run dvc repro, or give the folder that it has written to"
        )
    settings = settings_for(folder, Path(params) if params is not None else None)
    return TrainedModel(load_predictor(folder, settings), folder)


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
