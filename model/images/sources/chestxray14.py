"""ChestX-ray14: the PNG files, `Data_Entry_2017` and `BBox_List_2017.csv`.

Wang et al., "ChestX-ray8: Hospital-scale Chest X-ray Database and Benchmarks on Weakly-Supervised
Classification and Localization of Common Thorax Diseases", CVPR 2017.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from data_contracts.pictures.views import view_of
from data_contracts.quarantine import Location, Rejected
from model.images.sources.delimited import Row, read_rows
from model.images.sources.fields import box_of, number
from model.images.sources.records import DrawnBox, ImageSource, ListedImage
from model.images.sources.tables import gather, of_unknown_images, one_table, required_table

_COLUMNS: Final = ("Image Index", "Patient ID", "View Position")
_LABEL: Final = "Finding Label"
# The published headers hold commas, which part one name into two columns.
_BOX: Final = ("Bbox [x", "y", "w", "h]")
_ORIGINAL: Final = ("OriginalImage[Width", "Height]", "OriginalImagePixelSpacing[x", "y]")
_SPLITS: Final = (("train_val_list.txt", "train_val"), ("test_list.txt", "test"))
_FRAME: Final = (1024, 1024)


def open_chestxray14(root: Path) -> ImageSource:
    """The images of the data entry table, with the boxes of the list.

    An image's report is named by the image's file: labels and reports that others published of them
    name it so.

    Boxes count pixels of the published 1024 x 1024 PNG. The PNG's spacing is that of the original
    detector, widened as the picture was shrunk, apart for columns and rows.

    Args:
        root: folder of `Data_Entry_2017*.csv`, `BBox_List_2017.csv` and `images` or
            `images_001/images` to `images_012/images`; the tables may be gzipped, and the boxes,
            `train_val_list.txt` and `test_list.txt` may be missing.

    Raises:
        ImageSourceError: the data entry table is not there, or a table lacks a column.
    """
    entries = required_table(root, "Data_Entry_2017*.csv")
    return ImageSource(root, _records(root, entries, one_table(root, "BBox_List_2017*.csv")))


def _records(
    root: Path, entries: Path, list_of_boxes: Path | None
) -> Iterator[ListedImage | Rejected]:
    rejected: list[Rejected] = []
    boxes: dict[str, list[DrawnBox]] = {}
    if list_of_boxes is not None:
        rows = read_rows(list_of_boxes, ("Image Index", _LABEL, *_BOX), root)
        boxes = gather(rows, rejected, _box)
    yield from rejected
    files, splits = _files(root), _splits(root)
    for row in read_rows(entries, _COLUMNS, root):
        if isinstance(row, Rejected):
            yield row
            continue
        name = row[1]["Image Index"]
        if not name:
            yield Rejected(row[0], None, "missing_id", "expected an Image Index")
            continue
        path = files.pop(name, f"images/{name}")
        yield _image(*row, path, splits.get(name), boxes.pop(name, []))
    yield from of_unknown_images(boxes)
    for name, path in files.items():
        detail = f"{entries.name} does not list it; fetch the table anew"
        yield Rejected(Location(path), name, "not_listed", detail)


def _image(
    location: Location, row: Mapping[str, str], path: str, split: str | None, boxes: list[DrawnBox]
) -> ListedImage:
    return ListedImage(
        location,
        row["Image Index"],
        path,
        subject_id=row["Patient ID"] or None,
        report_id=row["Image Index"],
        split=split,
        view=view_of(row["View Position"]) or "OTHER",
        frame=_FRAME,
        extent=_extent(row),
        boxes=tuple(boxes),
    )


def _box(row: Row) -> tuple[str, DrawnBox | Rejected]:
    location, fields = row
    name, label = fields["Image Index"], fields[_LABEL]
    return name, box_of(location, name, fields, label=label, annotator="radiologist", columns=_BOX)


def _extent(row: Mapping[str, str]) -> tuple[float, float] | None:
    """Width and height of the original in mm."""
    across, down, per_column, per_row = (number(row.get(name, "")) or 0 for name in _ORIGINAL)
    width, height = across * per_column, down * per_row
    return (width, height) if width > 0 and height > 0 else None


def _files(root: Path) -> dict[str, str]:
    """Where each PNG lies below `root`, by name."""
    files: dict[str, str] = {}
    for folder in (root / "images", *sorted(root.glob("images_[0-9]*/images"))):
        for file in sorted(folder.glob("*.png")):
            files.setdefault(file.name, file.relative_to(root).as_posix())
    return files


def _splits(root: Path) -> dict[str, str]:
    return {
        name: split
        for file, split in _SPLITS
        if (root / file).is_file()
        for name in (root / file).read_text(encoding="utf-8", errors="replace").split()
    }
