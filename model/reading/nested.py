"""Boxes that lie within one another, of which one is shown."""

from collections.abc import Sequence
from typing import Final

from model.reading.findings import FoundBox

#: Share of the smaller box that lies in the larger one, from which on both enclose one finding.
NESTED_FROM: Final = 0.8


def merge_nested(boxes: Sequence[FoundBox]) -> tuple[FoundBox, ...]:
    """Of boxes that lie within one another, the most certain alone.

    Suppression by IoU keeps a small box within a large one, since their union is large. Who looks
    at the picture sees one finding with two frames. Of two boxes of which the smaller one lies in
    the larger by 0.8 of its area or more, the less certain is left out; the other stays as it is.

    Args:
        boxes: of one image, all of one finding.

    Returns:
        Those that are left, the most certain first; no two of them are nested.
    """
    kept: list[FoundBox] = []
    for box in sorted(boxes, key=lambda one: -one.score):
        if all(share_of_smaller(box, other) < NESTED_FROM for other in kept):
            kept.append(box)
    return tuple(kept)


def share_of_smaller(one: FoundBox, other: FoundBox) -> float:
    """Intersection over the area of the smaller of two boxes, 0 to 1; 0 where that has no area."""
    left, upper = max(one.edges[0], other.edges[0]), max(one.edges[1], other.edges[1])
    right, lower = min(one.edges[2], other.edges[2]), min(one.edges[3], other.edges[3])
    smaller = min(_area(one), _area(other))
    if right <= left or lower <= upper or smaller <= 0:
        return 0.0
    return min((right - left) * (lower - upper) / smaller, 1.0)


def _area(box: FoundBox) -> float:
    left, upper, right, lower = box.edges
    return (right - left) * (lower - upper)
