"""Where annotators of one image agree: their boxes of a finding, merged.

Majority voting over boxes that are averaged with equal weights, after Tschirschwitz et al.,
"Drawing the Same Bounding Box Twice?", GCPR 2023, who study both on VinDr-CXR. The averaging is
weighted boxes fusion (Solovyev et al., Image and Vision Computing 2021) of boxes without scores.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from model.images.box_fitting import FittedBox

#: The annotator of merged boxes.
CONSENSUS: Final = "consensus"

_SAME_BOX: Final = 0.5
_VOTES: Final = 2

_Edges = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Cluster:
    """Boxes that are taken for one, at most one of each annotator."""

    members: tuple[FittedBox, ...]

    @property
    def annotators(self) -> set[str]:
        return {member.box.annotator for member in self.members}

    @property
    def edges(self) -> _Edges:
        """Left, upper, right and lower edge: the means of the members'."""
        edges = [
            (box.x, box.y, box.x + box.width, box.y + box.height)
            for box in (member.box for member in self.members)
        ]
        left, upper, right, lower = (sum(edge) / len(edges) for edge in zip(*edges, strict=True))
        return left, upper, right, lower


def agreed_boxes(boxes: Sequence[FittedBox], readers: Sequence[str] = ()) -> list[FittedBox]:
    """The boxes of an image that at least two of its annotators drew, each merged into one.

    For each finding, and each phrase of it, the two most similar boxes, or merged boxes, of
    different annotators become one until no two have an intersection over union of 0.5. An edge of
    a merged box is the mean of its members'. Those that one annotator alone drew are left out,
    unless nobody else looked: then they are kept as they are. The order of rows changes nothing
    but which of two equally similar pairs is merged first.

    Args:
        boxes: of one image, in the source's order.
        readers: who looked at the image, whether or not they drew a box; empty takes those who drew
            a box of the finding.

    Returns:
        The merged boxes, by their first member's place.
    """
    groups: dict[tuple[str, str | None], list[FittedBox]] = {}
    for fitted in boxes:
        groups.setdefault((fitted.box.named, fitted.box.phrase), []).append(fitted)
    agreed = (box for group in groups.values() for box in _agreed(group, readers))
    return sorted(agreed, key=lambda fitted: fitted.index)


def _agreed(boxes: list[FittedBox], readers: Sequence[str]) -> Iterable[FittedBox]:
    looked = {*readers, *(fitted.box.annotator for fitted in boxes)}
    if len(looked) < _VOTES:
        return boxes
    clusters = _clustered([_Cluster((fitted,)) for fitted in boxes])
    return [_merged(cluster) for cluster in clusters if len(cluster.members) >= _VOTES]


def _clustered(clusters: list[_Cluster]) -> list[_Cluster]:
    """Clusters joined, the most similar first, until none are similar enough."""
    while True:
        pairs = [
            (_overlap(one.edges, other.edges), one, other)
            for one, other in combinations(clusters, 2)
            if not one.annotators & other.annotators
        ]
        overlap, one, other = max(pairs, key=lambda pair: pair[0], default=(0.0, None, None))
        if one is None or other is None or overlap < _SAME_BOX:
            return clusters
        joined = _Cluster((*one.members, *other.members))
        clusters = [joined if found is one else found for found in clusters if found is not other]


def _overlap(one: _Edges, other: _Edges) -> float:
    """Intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = ((right - left) * (lower - upper) for left, upper, right, lower in (one, other))
    return width * height / (sum(areas) - width * height)


def _merged(cluster: _Cluster) -> FittedBox:
    left, upper, right, lower = cluster.edges
    first = min(cluster.members, key=lambda member: member.index)
    box = replace(
        first.box, x=left, y=upper, width=right - left, height=lower - upper, annotator=CONSENSUS
    )
    return FittedBox(first.index, box, any(member.clipped for member in cluster.members))
