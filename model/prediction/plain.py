"""What was read of an image as plain values, for JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from model.prediction.predictor import Predicted
from model.prediction.provenance import Provenance, header_of
from model.reading.severity_words import extent_in_words, opacity_in_words

_DIGITS = 4


def document_of(
    predicted: Sequence[Predicted],
    provenance: Provenance,
    least_score: float,
    created: datetime,
) -> dict[str, Any]:
    """All images below a head that says with which weights, and how certain, and when.

    Args:
        predicted: the images.
        provenance: of the weights.
        least_score: from which on boxes are shown.
        created: when they were read, with its time zone.
    """
    head = header_of(provenance, least_score, created)
    return {**head, "images": [plain_of(one) for one in predicted]}


def plain_of(predicted: Predicted) -> dict[str, Any]:
    """The image's size, boxes, attributes and severity.

    Boxes are `x`, `y`, `width`, `height` in the image's own pixels, those below the threshold with
    `shown` false; probabilities are 0 to 1.
    """
    height, width = predicted.picture.shape
    severity = predicted.findings.severity
    return {
        "image": predicted.path.name,
        "width": width,
        "height": height,
        "boxes": [
            {
                "x": round(box.edges[0], 1),
                "y": round(box.edges[1], 1),
                "width": round(box.edges[2] - box.edges[0], 1),
                "height": round(box.edges[3] - box.edges[1], 1),
                "score": round(box.score, _DIGITS),
                "shown": predicted.counts(box),
                "attributes": _rounded(box.attributes),
            }
            for box in predicted.findings.boxes
        ],
        "attributes": _rounded(predicted.findings.probabilities),
        "severity": None
        if severity is None
        else {
            "geographic_extent": round(severity.geographic_extent, 2),
            "opacity": round(severity.opacity, 2),
            "in_words": {
                "geographic_extent": extent_in_words(severity),
                "opacity": opacity_in_words(severity),
            },
        },
    }


def _rounded(probabilities: dict[str, float]) -> dict[str, float]:
    return {name: round(value, _DIGITS) for name, value in probabilities.items()}
