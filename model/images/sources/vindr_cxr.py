"""VinDr-CXR: DICOM files, and the boxes of each of an image's radiologists.

Nguyen et al., "VinDr-CXR: An open dataset of chest X-rays with radiologist's annotations",
Scientific Data 2022; version 1.0.0 on PhysioNet.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from data_contracts.quarantine import Location, Rejected
from model.images.agreement import CONSENSUS
from model.images.sources.delimited import Row, read_rows
from model.images.sources.fields import box_between, number
from model.images.sources.records import DrawnBox, ImageSource, ImageSourceError, ListedImage
from model.images.sources.tables import one_table

_SPLITS: Final = ("train", "test")
_EDGES: Final = ("x_min", "y_min", "x_max", "y_max")
_COLUMNS: Final = ("image_id", "class_name", *_EDGES)
_READER: Final = "rad_id"
_NOTHING: Final = "no finding"


def open_vindr_cxr(root: Path) -> ImageSource:
    """The images of both splits, boxes kept apart by radiologist.

    Three radiologists read each image of `train`; five agreed on those of `test`, whose boxes are
    of the annotator `consensus`. Who read an image and boxed nothing is known too, so that boxes
    can be merged by votes (`model.images.agreement`). All images are PA; no patient is named.

    Args:
        root: folder of `train/*.dicom`, `test/*.dicom` and `annotations/annotations_train.csv` and
            `annotations_test.csv`, of which one may be missing; if there,
            `annotations/image_labels_train.csv` completes the readers.

    Raises:
        ImageSourceError: there are no annotations, or a table lacks a column.
    """
    folder = root / "annotations"
    tables = {
        split: table
        for split in _SPLITS
        if (table := one_table(folder, f"annotations_{split}.csv")) is not None
    }
    if not tables:
        raise ImageSourceError(
            f"{root}: has no annotations/annotations_train.csv or annotations_test.csv, gzipped or "
            "not; give the folder that holds train, test and annotations"
        )
    return ImageSource(root, _records(root, tables))


@dataclass(slots=True)
class _Rows:
    """What is said of one image."""

    location: Location
    boxes: list[DrawnBox] = field(default_factory=list)
    # In the order of their first rows; a dict, for its order.
    readers: dict[str, None] = field(default_factory=dict)


def _records(root: Path, tables: dict[str, Path]) -> Iterator[ListedImage | Rejected]:
    for split, table in tables.items():
        images: dict[str, _Rows] = {}
        for row in read_rows(table, _COLUMNS, root):
            rejected = row if isinstance(row, Rejected) else _add(images, row)
            if rejected is not None:
                yield rejected
        labels = one_table(root / "annotations", f"image_labels_{split}.csv")
        if labels is not None:
            yield from _add_readers(root, labels, images)
        for name, rows in images.items():
            yield _image(name, rows, split)
        yield from _unlisted(root, split, table.name, images)


def _add(images: dict[str, _Rows], row: Row) -> Rejected | None:
    location, fields = row
    name, label = fields["image_id"], fields["class_name"]
    if not name:
        return Rejected(location, None, "missing_id", "expected an image_id")
    reader = fields.get(_READER) or CONSENSUS
    rows = images.setdefault(name, _Rows(location))
    rows.readers[reader] = None
    if label.lower() == _NOTHING:
        return None
    if not label:
        return Rejected(location, name, "unknown_label", "expected a class_name")
    edges = [number(fields[edge]) for edge in _EDGES]
    box = box_between(location, name, edges, label=label, annotator=reader)
    if isinstance(box, Rejected):
        return box
    rows.boxes.append(box)
    return None


def _add_readers(root: Path, labels: Path, images: dict[str, _Rows]) -> Iterator[Rejected]:
    """Add those who read an image, and images that no box is drawn on."""
    for row in read_rows(labels, ("image_id",), root):
        if isinstance(row, Rejected):
            yield row
        elif row[1]["image_id"]:
            rows = images.setdefault(row[1]["image_id"], _Rows(row[0]))
            rows.readers[row[1].get(_READER) or CONSENSUS] = None


def _image(name: str, rows: _Rows, split: str) -> ListedImage:
    return ListedImage(
        rows.location,
        name,
        f"{split}/{name}.dicom",
        split=split,
        view="PA",
        boxes=tuple(rows.boxes),
        readers=tuple(rows.readers),
    )


def _unlisted(root: Path, split: str, table: str, images: dict[str, _Rows]) -> Iterator[Rejected]:
    for file in sorted((root / split).glob("*.dicom")):
        if file.stem not in images:
            detail = f"{table} does not list it; fetch the table anew"
            yield Rejected(Location(f"{split}/{file.name}"), file.stem, "not_listed", detail)
