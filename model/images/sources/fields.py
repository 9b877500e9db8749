"""Fields of a row as numbers: finite ones, or a reason why not."""

from collections.abc import Mapping, Sequence
from math import isfinite

from data_contracts.quarantine import Location, Rejected
from model.images.sources.records import DrawnBox, Score, ZoneScore

_CORNERS = ("x", "y", "width", "height")


def number(text: str) -> float | None:
    """The finite number that `text` is, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def box_of(
    location: Location,
    image_id: str,
    row: Mapping[str, str],
    *,
    label: str,
    annotator: str,
    columns: tuple[str, str, str, str] = ("x", "y", "width", "height"),
    phrase: str | None = None,
) -> DrawnBox | Rejected:
    """The box of a row, or the row rejected as `malformed_box`.

    Args:
        location: the row.
        image_id: the image it belongs to.
        row: fields by column.
        label: what the box encloses.
        annotator: who or what drew it.
        columns: columns of left edge, upper edge, width and height, in pixels.
        phrase: the phrase that it grounds.
    """
    numbers = [number(row[column]) for column in columns]
    bad = [name for name, value in zip(_CORNERS, numbers, strict=True) if value is None]
    if bad:
        detail = f"{', '.join(bad)}: no number; expected x, y, width and height in pixels"
        return Rejected(location, image_id, "malformed_box", detail)
    x, y, width, height = (value for value in numbers if value is not None)
    return DrawnBox(location, x, y, width, height, label, annotator, phrase)


def box_between(
    location: Location,
    image_id: str,
    edges: Sequence[float | None],
    *,
    label: str,
    annotator: str,
    phrase: str | None = None,
) -> DrawnBox | Rejected:
    """The box between four edges, or its row rejected as `malformed_box`.

    Args:
        location: where it stands.
        image_id: the image it belongs to.
        edges: left, upper, right and lower edge; None for one that is no finite number.
        label: what the box encloses.
        annotator: who or what drew it.
        phrase: the phrase that it grounds.
    """
    known = [edge for edge in edges if edge is not None and isfinite(edge)]
    if len(known) != 4 or len(edges) != 4:
        detail = "expected four numbers: left, upper, right and lower edge"
        return Rejected(location, image_id, "malformed_box", detail)
    left, upper, right, lower = known
    return DrawnBox(location, left, upper, right - left, lower - upper, label, annotator, phrase)


def score_of(location: Location, image_id: str, extent: str, opacity: str) -> Score | Rejected:
    """The score of a row, or the row rejected as `malformed_score`."""
    geographic, degree = number(extent), number(opacity)
    if geographic is None or degree is None or not (0 <= geographic <= 8 and 0 <= degree <= 6):
        detail = "expected a geographic extent of 0 to 8 and an opacity of 0 to 6"
        return Rejected(location, image_id, "malformed_score", detail)
    return Score(location, geographic, degree)


def zone_score_of(
    location: Location, image_id: str, zone: str, score: str, annotator: str
) -> ZoneScore | Rejected:
    """The score of a lung zone, or the field rejected as `malformed_score`."""
    if score not in ("0", "1", "2", "3"):
        detail = f"{zone}, {annotator}: expected a score of 0, 1, 2 or 3"
        return Rejected(location, image_id, "malformed_score", detail)
    return ZoneScore(location, zone, int(score), annotator)
