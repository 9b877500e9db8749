"""CheXlocalize: radiologists' outlines of findings on CheXpert's validation and test images.

Saporta et al., "Benchmarking saliency methods for chest X-ray interpretation", Nature Machine
Intelligence 2022.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from data_contracts.quarantine import Location, Rejected
from model.images.sources.fields import box_between
from model.images.sources.json_files import read_json
from model.images.sources.records import DrawnBox, ImageSource, ImageSourceError, ListedImage
from model.images.sources.run_lengths import BrokenMaskError, parts_of_mask

_ID: Final = re.compile(
    r"(?P<patient>patient\d+)_(?P<study>study\d+)_(?P<file>view\d+_(?P<view>frontal|lateral))$"
)
# The folders of the images, as they were named over time.
_SPLITS: Final = {"val": "val", "valid": "val", "test": "test"}
_SIZE: Final = "img_size"
_ANNOTATOR: Final = "radiologist"


def open_chexlocalize(root: Path) -> ImageSource:
    """The images with a box around each outline of a finding.

    Outlines are `gt_annotations_*.json`; for a split that has only `gt_segmentations_*.json`, boxes
    go around the connected parts of its masks. The most representative points that other
    radiologists marked are not read: they are guesses, held against the outlines as ours are.

    Args:
        root: folder of `CheXpert/val/patient64541/study1/view1_frontal.jpg` and the like, and of
            the JSON files, there or in `CheXlocalize`.

    Raises:
        ImageSourceError: there is no such JSON, or it cannot be read.
    """
    outlined = {split: _one(root, f"gt_annotations_{split}.json") for split in ("val", "test")}
    masked = {split: _one(root, f"gt_segmentations_{split}.json") for split in ("val", "test")}
    found = {split: outlined[split] or masked[split] for split in outlined}
    if not any(found.values()):
        raise ImageSourceError(
            f"{root}: has no gt_annotations_val.json or gt_annotations_test.json, there or in "
            "CheXlocalize; give the folder that holds CheXpert and CheXlocalize"
        )
    images = _tree(root)
    rejected: list[Rejected] = []
    for split, path in found.items():
        if path is not None:
            _annotate(images, path, split, rejected, outlines=outlined[split] is not None)
    records: list[ListedImage | Rejected] = [*rejected, *map(_listed, images.values())]
    return ImageSource(root, iter(records), len(records))


@dataclass(slots=True)
class _Image:
    location: Location
    image_id: str
    path: str
    split: str
    frame: tuple[int, int] | None = None
    boxes: list[DrawnBox] = field(default_factory=list)


def _one(root: Path, name: str) -> Path | None:
    return next(
        (path for path in (root / name, root / "CheXlocalize" / name) if path.exists()), None
    )


def _tree(root: Path) -> dict[str, _Image]:
    """The images that are there, by id; those without findings stand in no JSON."""
    images: dict[str, _Image] = {}
    for file in sorted(root.glob("CheXpert*/*/patient*/study*/view*.jpg")):
        path = file.relative_to(root).as_posix()
        _, folder, patient, study, _ = path.split("/")
        name = f"{patient}_{study}_{file.stem}"
        if folder in _SPLITS and _ID.match(name):
            images.setdefault(name, _Image(Location(path), name, path, _SPLITS[folder]))
    return images


def _annotate(
    images: dict[str, _Image], path: Path, split: str, rejected: list[Rejected], *, outlines: bool
) -> None:
    entries = read_json(path)
    if not isinstance(entries, dict):
        raise ImageSourceError(f"{path}: is no table of images; fetch it anew")
    for row, (name, findings) in enumerate(entries.items(), start=1):
        location = Location(path.name, row)
        ids = _ID.match(name)
        if ids is None or not isinstance(findings, dict):
            detail = "expected an id such as patient64541_study1_view1_frontal, and its findings"
            rejected.append(Rejected(location, name, "missing_id", detail))
            continue
        place = f"CheXpert/{split}/{ids['patient']}/{ids['study']}/{ids['file']}.jpg"
        image = images.setdefault(name, _Image(location, name, place, split))
        image.frame = _frame(findings.get(_SIZE)) if outlines else None
        for found in (_of_outlines if outlines else _of_masks)(location, image, findings):
            if isinstance(found, Rejected):
                rejected.append(found)
            else:
                image.boxes.append(found)


def _listed(image: _Image) -> ListedImage:
    patient, study, file = image.image_id.split("_", 2)
    return ListedImage(
        image.location,
        image.image_id,
        image.path,
        subject_id=patient,
        study_id=f"{patient}/{study}",
        report_id=f"{patient}/{study}",
        split=image.split,
        view=file.rpartition("_")[2].upper(),
        frame=image.frame,
        boxes=tuple(image.boxes),
    )


def _of_outlines(
    location: Location, image: _Image, findings: Mapping[str, Any]
) -> Iterator[DrawnBox | Rejected]:
    for label, contours in findings.items():
        if label == _SIZE:
            continue
        for contour in contours if isinstance(contours, list) else [None]:
            edges = _edges_of(contour)
            yield box_between(location, image.image_id, edges, label=label, annotator=_ANNOTATOR)


def _of_masks(
    location: Location, image: _Image, findings: Mapping[str, Any]
) -> Iterator[DrawnBox | Rejected]:
    for label, mask in findings.items():
        try:
            size, parts = parts_of_mask(mask)
        except BrokenMaskError as error:
            yield Rejected(
                location, image.image_id, "malformed_box", f"mask of {label[:40]}: {error}"
            )
            continue
        image.frame = size
        for edges in parts:
            yield box_between(location, image.image_id, edges, label=label, annotator=_ANNOTATOR)


def _frame(size: object) -> tuple[int, int] | None:
    """Width and height; the file has height and width."""
    if isinstance(size, list) and len(size) == 2 and all(_is_length(side) for side in size):
        return int(size[1]), int(size[0])
    return None


def _is_length(side: object) -> bool:
    return isinstance(side, int | float) and not isinstance(side, bool) and side >= 1


def _edges_of(contour: object) -> list[float | None]:
    """The edges of the smallest box around a contour's points; none where it is no contour."""
    try:
        points = [(float(x), float(y)) for x, y in contour]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return []
    if not points:
        return []
    across, down = zip(*points, strict=True)
    return [min(across), min(down), max(across), max(down)]
