"""MIMIC-CXR-JPG: the tree of JPEG files and the tables beside it.

Johnson et al., "MIMIC-CXR-JPG, a large publicly available database of labeled chest radiographs",
arXiv:1901.07042, 2019.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from data_contracts.pictures.views import view_of
from data_contracts.quarantine import Location, Rejected
from model.images.sources.delimited import read_rows
from model.images.sources.records import ImageSource, ImageSourceError, ListedImage
from model.images.sources.tables import one_table, required_table

#: Columns of the metadata that `image_of_row` needs.
COLUMNS: Final = ("dicom_id", "subject_id", "study_id", "ViewPosition")
_MEANING: Final = "ViewCodeSequence_CodeMeaning"
_POSTURE: Final = "PatientOrientationCodeSequence_CodeMeaning"


def open_mimic_cxr_jpg(root: Path, tables: Path | None = None) -> ImageSource:
    """The images of `mimic-cxr-2.0.0-metadata.csv`, with the splits of `-split.csv`.

    An image's report is its study's, named as the text side names it: `s` and the study's id.

    Args:
        root: folder of `files/p10/p10000032/s50414267/<dicom_id>.jpg`.
        tables: folder of the tables, gzipped or not; None looks in `root`.

    Raises:
        ImageSourceError: the metadata are not there, or a table lacks a column.
    """
    folder = root if tables is None else tables
    if not folder.is_dir():
        raise ImageSourceError(f"{folder}: is no folder; give that of the metadata and splits")
    metadata = required_table(folder, "mimic-cxr-*-metadata.csv")
    split = one_table(folder, "mimic-cxr-*-split.csv")
    return ImageSource(root, _records(root, metadata, split))


def _records(root: Path, metadata: Path, split: Path | None) -> Iterator[ListedImage | Rejected]:
    splits: dict[str, str] = {}
    for row in read_rows(split, ("dicom_id", "split"), root) if split is not None else ():
        if isinstance(row, Rejected):
            yield row
        else:
            splits[row[1]["dicom_id"]] = sys.intern(row[1]["split"])
    for row in read_rows(metadata, COLUMNS, root):
        yield (
            row if isinstance(row, Rejected) else image_of_row(*row, splits.get(row[1]["dicom_id"]))
        )


def image_of_row(
    location: Location, row: Mapping[str, str], split: str | None
) -> ListedImage | Rejected:
    """The image of a row of the metadata, or the row rejected as `missing_id`.

    Args:
        location: the row.
        row: its fields by column.
        split: that the image is assigned to.
    """
    name, subject, study = row["dicom_id"], row["subject_id"], row["study_id"]
    if not name or not (subject.isdecimal() and study.isdecimal()):
        detail = "expected a dicom_id, and numbers as subject_id and study_id"
        return Rejected(location, name or None, "missing_id", detail)
    return ListedImage(
        location,
        name,
        f"files/p{subject[:2]}/p{subject}/s{study}/{name}.jpg",
        subject_id=subject,
        study_id=study,
        report_id=f"s{study}",
        split=split or None,
        view=_view(row),
    )


def _view(row: Mapping[str, str]) -> str:
    """The view; OTHER where the tables do not say: many of those are lateral."""
    view = view_of(row["ViewPosition"]) or view_of(row.get(_MEANING, "")) or "OTHER"
    lying = row.get(_POSTURE, "").lower() == "recumbent"
    return "AP_SUPINE" if view == "AP" and lying else view
