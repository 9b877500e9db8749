"""What there is to show of a study, as plain values that JSON can hold."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBox:
    """A box on an image; `x`, `y`, `width` and `height` are in the original image's pixels.

    Attributes:
        x: left edge.
        y: upper edge.
        width: its width.
        height: its height.
    """

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBox(ShownBox):
    """A box that somebody has drawn.

    Attributes:
        label: what it encloses.
        phrase: the words that it grounds; None for most.
        annotator: who drew it.
    """

    label: str
    phrase: str | None
    annotator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedBox(ShownBox):
    """A box that a method predicts.

    Attributes:
        score: 0 to 1, comparable within the method alone.
        attributes: concept id to probability, the likeliest first.
        counts: whether it is certain enough: by the method's threshold, or, where none is known,
            one of the three most certain.
    """

    score: float
    attributes: dict[str, float]
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Region(ShownBox):
    """A candidate region.

    Attributes:
        shares: concept id to the share of its attention that falls here, 0 to 1.
    """

    shares: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodReading:
    """An image as a method reads it.

    Attributes:
        method: its name.
        least_score: the method's threshold; None where none was chosen.
        boxes: the most certain first.
        probabilities: concept id to probability; empty where the method gives none.
        extent: geographic extent of lung opacity, 0 to 8; None where the method gives none.
        opacity: degree of lung opacity, 0 to 6; None where the method gives none.
        maps: concept id, or `all`, to `MAP_SIDE` rows of as many values, 0 to 255; single concepts
            have one only where there are no regions to tell what they attend to.
        regions: with what attributes attend to; empty where the method has no attention.
    """

    method: str
    least_score: float | None
    boxes: list[PredictedBox]
    probabilities: dict[str, float]
    extent: float | None
    opacity: float | None
    maps: dict[str, list[int]]
    regions: list[Region]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownImage:
    """An image of a study.

    Attributes:
        image_id: the image.
        view: its view position; None where it is not known.
        width: of the original, in pixels.
        height: of the original, in pixels.
        references: boxes that people, or a phantom, have drawn.
        readings: by every method that has read it, ours first.
        picture: the picture as a `data:` URL; None where the page asks for it by the image's id.
        problem: why there is no picture; None where there is one, or nobody has looked yet.
    """

    image_id: str
    view: str | None
    width: int
    height: int
    references: list[ReferenceBox] = field(default_factory=list)
    readings: list[MethodReading] = field(default_factory=list)
    picture: str | None = None
    problem: str | None = None
