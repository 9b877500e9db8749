"""The RSNA Pneumonia Detection Challenge 2018: DICOM files and `stage_2_train_labels.csv`.

Shih et al., "Augmenting the National Institutes of Health Chest Radiograph Dataset with Expert
Annotations of Possible Pneumonia", Radiology: Artificial Intelligence 2019.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from data_contracts.quarantine import Location, Rejected
from model.images.sources.delimited import Row, read_rows
from model.images.sources.fields import box_of
from model.images.sources.records import DrawnBox, ImageSource, ListedImage
from model.images.sources.tables import required_table

_COLUMNS: Final = ("patientId", "x", "y", "width", "height", "Target")
_FOLDER: Final = "stage_2_train_images"
_LABEL: Final = "Lung Opacity"
_ANNOTATOR: Final = "radiologist"


def open_rsna(root: Path) -> ImageSource:
    """The challenge's training images with their boxes.

    Each image is its own patient, since the challenge does not say which belong together. Files of
    the folder that the table does not list are rejected.

    Args:
        root: folder of `stage_2_train_labels.csv` and `stage_2_train_images`.

    Raises:
        ImageSourceError: the table is not there or lacks a column.
    """
    table = required_table(root, "stage_2_train_labels.csv")
    rejected: list[Rejected] = []
    images: dict[str, _Rows] = {}
    for row in read_rows(table, _COLUMNS, root):
        if isinstance(row, Rejected):
            rejected.append(row)
        else:
            _add(images, row, rejected)
    rejected += _unlisted(root, images)
    records: list[ListedImage | Rejected] = [*rejected]
    records += (_image(name, rows) for name, rows in images.items())
    return ImageSource(root, iter(records), len(records))


class _Rows:
    """The rows of one image: one without a box, or one a box."""

    def __init__(self, location: Location, target: str) -> None:
        self.location = location
        self.target = target
        self.boxes: list[DrawnBox] = []


def _add(images: dict[str, _Rows], row: Row, rejected: list[Rejected]) -> None:
    location, fields = row
    name, target = fields["patientId"], fields["Target"]
    if not name:
        rejected.append(Rejected(location, None, "missing_id", "expected a patientId"))
        return
    if target not in ("0", "1"):
        rejected.append(Rejected(location, name, "malformed_row", "expected a Target of 0 or 1"))
        return
    rows = images.setdefault(name, _Rows(location, target))
    if rows.target != target:
        detail = "has another Target than the image's first row; correct one of them"
        rejected.append(Rejected(location, name, "contradiction", detail))
        return
    if target == "0":
        if rows.location != location:
            detail = "repeats the image's row without a box; remove it"
            rejected.append(Rejected(location, name, "duplicate_id", detail))
        return
    box = box_of(location, name, fields, label=_LABEL, annotator=_ANNOTATOR)
    if isinstance(box, Rejected):
        rejected.append(box)
    else:
        rows.boxes.append(box)


def _image(name: str, rows: _Rows) -> ListedImage:
    return ListedImage(
        rows.location,
        name,
        f"{_FOLDER}/{name}.dcm",
        subject_id=name,
        frame=(1024, 1024),
        boxes=tuple(rows.boxes),
    )


def _unlisted(root: Path, images: dict[str, _Rows]) -> Iterator[Rejected]:
    for file in sorted((root / _FOLDER).glob("*.dcm")):
        if file.stem not in images:
            detail = "stage_2_train_labels.csv does not list it; fetch the table anew"
            yield Rejected(Location(f"{_FOLDER}/{file.name}"), file.stem, "not_listed", detail)
