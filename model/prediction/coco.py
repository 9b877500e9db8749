"""Predicted boxes as COCO results: categories, images and annotations with a score."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from model.prediction.predictor import Predicted
from model.prediction.provenance import Provenance, header_of


def coco_of(
    predicted: Sequence[Predicted],
    provenance: Provenance,
    least_score: float,
    created: datetime,
    category: str = "pneumonia opacity",
) -> dict[str, Any]:
    """The boxes that count, `bbox` as x, y, width and height in the image's own pixels.

    Viewers draw all that a COCO file holds, so that those below the threshold are not in it.

    Args:
        predicted: the images.
        provenance: of the weights.
        least_score: from which on boxes count.
        created: when they were read, with its time zone.
        category: name of the one category of boxes.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, one in enumerate(predicted, start=1):
        height, width = one.picture.shape
        images.append({"id": number, "file_name": one.path.name, "width": width, "height": height})
        for box in one.shown:
            left, upper, right, lower = box.edges
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": 1,
                    "bbox": [left, upper, right - left, lower - upper],
                    "area": (right - left) * (lower - upper),
                    "iscrowd": 0,
                    "score": box.score,
                    "attributes": box.attributes,
                }
            )
    head = header_of(provenance, least_score, created)
    return {
        "info": {
            "description": " ".join(provenance.lines),
            "version": head["pneumoloc"],
            "date_created": head["created"],
            "year": created.year,
            "pneumoloc": head,
        },
        "categories": [{"id": 1, "name": category}],
        "images": images,
        "annotations": annotations,
    }
