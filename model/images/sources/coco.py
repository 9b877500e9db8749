"""Images and boxes of a COCO JSON file, each entry judged by itself.

Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Final

from data_contracts.quarantine import Location, Rejected
from model.images.sources.json_files import read_json
from model.images.sources.records import DrawnBox, ImageSourceError

_LISTS: Final = ("images", "annotations", "categories")
_PHRASES: Final = ("label_text", "phrase")
_OFFSETS: Final = ("label_text_start", "label_text_end")


@dataclass(frozen=True, slots=True)
class CocoImage:
    """An image of the file.

    Attributes:
        location: the entry; its row counts from 1.
        path: the file it names.
        frame: its width and height in pixels; None where the file does not say.
        entry: all that is said of it.
        boxes: what is drawn on it.
    """

    location: Location
    path: str
    frame: tuple[int, int] | None
    entry: Mapping[str, Any]
    boxes: tuple[DrawnBox, ...]


def read_coco(path: Path, annotator: str) -> tuple[list[CocoImage], list[Rejected]]:
    """The file's images in its order, and the entries that cannot be used.

    Args:
        path: the JSON file.
        annotator: who drew its boxes, for those that do not say.

    Raises:
        ImageSourceError: the file cannot be read, or is no COCO JSON.
    """
    lists = _load(path)
    rejected: list[Rejected] = []
    labels = {
        category.get("id"): str(category["name"])
        for category in lists["categories"]
        if isinstance(category, dict) and category.get("name") and _is_id(category.get("id"))
    }
    images: dict[Any, CocoImage] = {}
    for row, entry in enumerate(lists["images"], start=1):
        image = _image(Location(f"{path.name}#images", row), entry)
        if isinstance(image, Rejected):
            rejected.append(image)
        elif image.entry["id"] in images:
            detail = "repeats the id of an image before it; give each its own"
            rejected.append(Rejected(image.location, image.path, "duplicate_id", detail))
        else:
            images[image.entry["id"]] = image
    boxes: dict[Any, list[DrawnBox]] = {}
    for row, entry in enumerate(lists["annotations"], start=1):
        location = Location(f"{path.name}#annotations", row)
        box = _box(location, entry, images, labels, annotator)
        if isinstance(box, Rejected):
            rejected.append(box)
        else:
            boxes.setdefault(entry["image_id"], []).append(box)
    found = [
        CocoImage(image.location, image.path, image.frame, image.entry, tuple(boxes.get(name, ())))
        for name, image in images.items()
    ]
    return found, rejected


def _load(path: Path) -> dict[str, list[Any]]:
    content = read_json(path)
    lists = {name: content.get(name) for name in _LISTS} if isinstance(content, dict) else {}
    missing = [name for name in _LISTS if not isinstance(lists.get(name), list)]
    if missing:
        raise ImageSourceError(
            f"{path}: has no list {', '.join(missing)}; export it as COCO JSON with "
            f"{', '.join(_LISTS)}"
        )
    return {name: list(lists[name] or ()) for name in _LISTS}


def _is_id(value: object) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)


def _image(location: Location, entry: Any) -> CocoImage | Rejected:
    if not isinstance(entry, dict) or not _is_id(entry.get("id")):
        return Rejected(location, None, "missing_id", "expected an image with an id")
    path = entry.get("path") or entry.get("file_name")
    if not isinstance(path, str):
        return Rejected(location, str(entry["id"]), "missing_path", "expected a path or file_name")
    width, height = entry.get("width"), entry.get("height")
    sized = isinstance(width, int) and isinstance(height, int) and min(width, height) > 0
    frame = (int(entry["width"]), int(entry["height"])) if sized else None
    return CocoImage(location, path.strip().removeprefix("./"), frame, entry, ())


def _box(
    location: Location,
    entry: Any,
    images: Mapping[Any, CocoImage],
    labels: Mapping[Any, str],
    annotator: str,
) -> DrawnBox | Rejected:
    name = entry.get("image_id") if isinstance(entry, dict) else None
    if not _is_id(name) or name not in images:
        known = str(name) if _is_id(name) else None
        return Rejected(
            location, known, "unknown_image", "its image_id is none of the file's images"
        )
    corners = entry.get("bbox")
    if not isinstance(corners, list) or len(corners) != 4 or not all(map(_is_number, corners)):
        detail = "expected a bbox of x, y, width and height in pixels"
        return Rejected(location, images[name].path, "malformed_box", detail)
    category = entry.get("category_id")
    label = labels.get(category) if _is_id(category) else None
    if label is None:
        detail = "its category_id is none of the file's categories"
        return Rejected(location, images[name].path, "unknown_label", detail)
    phrase = _phrase(entry, images[name].entry)
    x, y, width, height = (float(corner) for corner in corners)
    return DrawnBox(location, x, y, width, height, label, annotator, phrase)


def _phrase(entry: Mapping[str, Any], image: Mapping[str, Any]) -> str | None:
    """The phrase that a box grounds: given as text, or by its place in the image's report."""
    given = (entry[key] for key in _PHRASES if isinstance(entry.get(key), str))
    phrase = next((text.strip() for text in given if text.strip()), None)
    report, (start, end) = image.get("report"), (entry.get(key) for key in _OFFSETS)
    if phrase is not None or not isinstance(report, str):
        return phrase
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(report)):
        return None
    return report[start:end].strip() or None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
