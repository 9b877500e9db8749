"""What is found on an image: boxes with their characteristics, and the image as a whole."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.scoring.overlap import Boxes


@dataclass(frozen=True, slots=True)
class FoundBox:
    """A box that somebody should look at.

    Attributes:
        edges: left, upper, right and lower edge in the image's own pixels.
        score: 0 to 1.
        attributes: concept id to probability, the likeliest first.
    """

    edges: tuple[float, float, float, float]
    score: float
    attributes: dict[str, float]


@dataclass(frozen=True, slots=True)
class AttendedRegion:
    """A candidate region, and how the attributes attend to it.

    Attributes:
        edges: left, upper, right and lower edge in the image's own pixels.
        score: for what is looked for, 0 to 1.
        shares: concept id to the share of its attention that falls here, 0 to 1.
    """

    edges: tuple[float, float, float, float]
    score: float
    shares: dict[str, float]


@dataclass(frozen=True, slots=True)
class Severity:
    """Severity of lung opacity (Cohen et al. 2020).

    Attributes:
        geographic_extent: 0 to 8 over both lungs.
        opacity: 0 to 6 over both lungs.
    """

    geographic_extent: float
    opacity: float


@dataclass(frozen=True, slots=True)
class Findings:
    """An image as a method reads it.

    Attributes:
        image_id: the image.
        boxes: the most certain first.
        probabilities: concept id to probability; empty for methods that give none.
        evidence: [32, 32] where the image supports the boxes, over equal shares of it, 0 to 1.
        severity: None for methods that give none.
        point: column and row of the peak in the image's own pixels; None where nothing is found.
        evidence_of: [32, 32] evidence of single concepts, by concept id; empty where not requested.
        least_score: boxes below it are ranked, but not shown; 0 where that is decided later.
        attended: all candidate regions, the likeliest first; empty for methods without attention.
    """

    image_id: str
    boxes: tuple[FoundBox, ...]
    probabilities: dict[str, float]
    evidence: npt.NDArray[np.float32]
    severity: Severity | None
    point: tuple[float, float] | None
    evidence_of: dict[str, npt.NDArray[np.float32]]
    least_score: float = 0.0
    attended: tuple[AttendedRegion, ...] = ()


def edges_of(boxes: tuple[FoundBox, ...]) -> Boxes:
    """[N, 4] edges of boxes; [0, 4] of none."""
    return np.asarray([box.edges for box in boxes], dtype=np.float64).reshape(-1, 4)
