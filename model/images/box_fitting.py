"""Fits boxes to the picture that they are drawn on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from data_contracts.pictures.facts import ImageFacts
from data_contracts.quarantine import Rejected
from model.images.sources.records import SHARES, DrawnBox, ListedImage

# Aspect ratios that differ by more are of different shapes; rounding to pixels changes less.
_SAME_SHAPE: Final = 0.02


@dataclass(frozen=True, slots=True)
class FittedBox:
    """A box that lies on its picture.

    Attributes:
        index: its position among the image's boxes, from 0.
        box: in pixels of the picture as it is read.
        clipped: whether part of it lay outside.
    """

    index: int
    box: DrawnBox
    clipped: bool


def fit_boxes(image: ListedImage, facts: ImageFacts) -> Iterator[FittedBox | Rejected]:
    """An image's boxes on its picture: scaled to its size, turned as it was, and cut at its edges.

    Args:
        image: boxes in pixels of its frame, in shares, or in pixels of the stored picture.
        facts: of its file.

    Yields:
        Boxes that are left, in the source's order, and the others with the reason: `size_mismatch`
        (the frame has another shape than the picture), `empty_box`, `outside_image` or
        `duplicate_box`.
    """
    width, height = facts.stored_size
    frame_width, frame_height = image.frame or (width, height)
    across, down = width / frame_width, height / frame_height
    mismatch = image.frame != SHARES and abs(across / down - 1) > _SAME_SHAPE
    seen: set[tuple[object, ...]] = set()
    for index, box in enumerate(image.boxes):
        if mismatch:
            reason = "size_mismatch"
            detail = (
                f"counts pixels of {frame_width} x {frame_height}, the file has {width} x {height};"
                " fetch the image that the box was drawn on"
            )
            yield Rejected(box.location, image.image_id, reason, detail)
            continue
        fitted = _fit(image, box, facts, (across, down))
        if isinstance(fitted, DrawnBox):
            key = (fitted.named, fitted.phrase, fitted.annotator, *_corners(fitted))
            if key in seen:
                detail = "is a box before it once more; remove one"
                yield Rejected(box.location, image.image_id, "duplicate_box", detail)
                continue
            seen.add(key)
            area = box.width * across * box.height * down
            # A thousandth is rounding, whose loss nobody wants counted.
            clipped = fitted.width * fitted.height < 0.999 * area
            yield FittedBox(index, fitted, clipped)
        else:
            yield fitted


def _fit(
    image: ListedImage, box: DrawnBox, facts: ImageFacts, scale: tuple[float, float]
) -> DrawnBox | Rejected:
    if box.width <= 0 or box.height <= 0:
        detail = "has no width or height; expected both above 0"
        return Rejected(box.location, image.image_id, "empty_box", detail)
    across, down = scale
    scaled = (box.x * across, box.y * down, box.width * across, box.height * down)
    x, y, width, height = facts.reorientation.box(scaled, *facts.stored_size)
    left, upper = max(x, 0.0), max(y, 0.0)
    right, lower = min(x + width, float(facts.width)), min(y + height, float(facts.height))
    if right <= left or lower <= upper:
        detail = f"lies wholly outside the {facts.width} x {facts.height} pixels of the image"
        return Rejected(box.location, image.image_id, "outside_image", detail)
    return replace(box, x=left, y=upper, width=right - left, height=lower - upper)


def _corners(box: DrawnBox) -> tuple[float, ...]:
    return box.x, box.y, box.width, box.height
