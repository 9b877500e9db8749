"""The RSNA Pneumonia Detection Challenge 2018: DICOM files and `stage_2_train_labels.csv`.

Shih et al., "Augmenting the National Institutes of Health Chest Radiograph Dataset with Expert
Annotations of Possible Pneumonia", Radiology: Artificial Intelligence 2019.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from data_contracts.quarantine import Location, Rejected
from model.images.sources.delimited import Row, read_rows
from model.images.sources.fields import box_of
from model.images.sources.json_files import read_json
from model.images.sources.records import DrawnBox, ImageSource, ImageSourceError, ListedImage
from model.images.sources.tables import required_table

_COLUMNS: Final = ("patientId", "x", "y", "width", "height", "Target")
_FOLDER: Final = "stage_2_train_images"
_MAPPINGS: Final = "pneumonia-challenge-dataset-mappings_2018.json"
# As `Data_Entry_2017` writes the patient: without the zeros that fill the file's name.
_PATIENT: Final = re.compile(r"0*(?P<number>\d+)_\d+\.png$")
_LABEL: Final = "Lung Opacity"
_ANNOTATOR: Final = "radiologist"


def open_rsna(root: Path, mappings: Path | None = None) -> ImageSource:
    """The challenge's training images with their boxes.

    They are ChestX-ray14's. Its mappings say which, and so the patient and the report, named as
    `chestxray14` names them. An image that they do not name is its own patient, and a notice says
    so. Files of the folder that the table does not list are rejected.

    Args:
        root: folder of `stage_2_train_labels.csv` and `stage_2_train_images`.
        mappings: `pneumonia-challenge-dataset-mappings_2018.json`; None takes it from `root`, if it
            is there.

    Raises:
        ImageSourceError: the table is not there or lacks a column, or the mappings cannot be read.
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
    if mappings is None and (root / _MAPPINGS).is_file():
        mappings = root / _MAPPINGS
    originals = _originals(mappings, rejected) if mappings is not None else {}
    records: list[ListedImage | Rejected] = [*rejected]
    records += (_image(name, rows, originals.get(name)) for name, rows in images.items())
    unknown = sum(name not in originals for name in images)
    source = ImageSource(root, iter(records), len(records))
    source.tallies["patients_not_known"] = unknown
    if unknown:
        source.notices.append(
            f"the patient of {unknown:,} images is not known, so each counts as its own: a person "
            f"may be on both sides of a split. Put {_MAPPINGS} (RSNA publishes it) into {root}, or "
            "name it with --annotations"
        )
    return source


class _Original(NamedTuple):
    """An image of ChestX-ray14, and its patient there."""

    image_id: str
    subject_id: str


def _originals(path: Path, rejected: list[Rejected]) -> dict[str, _Original]:
    """The image of ChestX-ray14 that each image of the challenge is."""
    entries = read_json(path)
    if not isinstance(entries, list):
        raise ImageSourceError(f"{path}: is no list of subset_img_id and img_id; fetch it anew")
    found: dict[str, _Original] = {}
    for row, entry in enumerate(entries, start=1):
        name, image = (
            (entry.get("subset_img_id"), entry.get("img_id"))
            if isinstance(entry, dict)
            else (None, None)
        )
        patient = _PATIENT.match(image) if isinstance(image, str) else None
        if isinstance(name, str) and isinstance(image, str) and patient is not None:
            found[name] = _Original(image, patient["number"])
        else:
            detail = "expected a subset_img_id and an img_id such as 00000013_005.png"
            known = name if isinstance(name, str) else None
            rejected.append(Rejected(Location(path.name, row), known, "malformed_row", detail))
    return found


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


def _image(name: str, rows: _Rows, original: _Original | None) -> ListedImage:
    return ListedImage(
        rows.location,
        name,
        f"{_FOLDER}/{name}.dcm",
        subject_id=name if original is None else original.subject_id,
        report_id=None if original is None else original.image_id,
        frame=(1024, 1024),
        boxes=tuple(rows.boxes),
    )


def _unlisted(root: Path, images: dict[str, _Rows]) -> Iterator[Rejected]:
    for file in sorted((root / _FOLDER).glob("*.dcm")):
        if file.stem not in images:
            detail = "stage_2_train_labels.csv does not list it; fetch the table anew"
            yield Rejected(Location(f"{_FOLDER}/{file.name}"), file.stem, "not_listed", detail)
