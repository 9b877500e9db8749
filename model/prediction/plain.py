"""What was read of an image as plain values, for JSON."""

from typing import Any

from model.prediction.predictor import Predicted

_DIGITS = 4


def plain_of(predicted: Predicted) -> dict[str, Any]:
    """The image's size, boxes that count, attributes and severity.

    Boxes are `x`, `y`, `width`, `height` in the image's own pixels; probabilities are 0 to 1.
    """
    height, width = predicted.picture.shape
    severity = predicted.findings.severity
    return {
        "image": predicted.path.name,
        "width": width,
        "height": height,
        "least_score": predicted.least_score,
        "boxes": [
            {
                "x": round(box.edges[0], 1),
                "y": round(box.edges[1], 1),
                "width": round(box.edges[2] - box.edges[0], 1),
                "height": round(box.edges[3] - box.edges[1], 1),
                "score": round(box.score, _DIGITS),
                "attributes": _rounded(box.attributes),
            }
            for box in predicted.shown
        ],
        "attributes": _rounded(predicted.findings.probabilities),
        "severity": None
        if severity is None
        else {
            "geographic_extent": round(severity.geographic_extent, 2),
            "opacity": round(severity.opacity, 2),
        },
    }


def _rounded(probabilities: dict[str, float]) -> dict[str, float]:
    return {name: round(value, _DIGITS) for name, value in probabilities.items()}
