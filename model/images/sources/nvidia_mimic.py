"""Boxes by NVIDIA's radiologists on MIMIC-CXR, each with the phrase of the report that it grounds.

Tam et al., "Weakly supervised one-stage vision and language disease detection using large scale
pneumonia and pneumothorax studies", MICCAI 2020; published as `MIMIC-CXR-annotations`, the COCO
JSON of coco-annotator with `images[].report` and `annotations[].label_text` added.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from data_contracts.quarantine import Rejected
from model.images.sources.coco import CocoImage, read_coco
from model.images.sources.delimited import read_rows
from model.images.sources.mimic_cxr_jpg import COLUMNS, image_of_row
from model.images.sources.records import ImageSource, ImageSourceError, ListedImage
from model.images.sources.tables import required_table


def open_nvidia_mimic(root: Path, annotations: Path | None = None) -> ImageSource:
    """The images of the JSON, with patient, study, report and view as MIMIC-CXR-JPG's metadata say.

    The JSON names images by their DICOM id alone, so the metadata are needed. The text of reports
    that it holds goes nowhere but, as phrases, to the boxes.

    Args:
        root: folder of MIMIC-CXR-JPG: `files/p10/...` and `mimic-cxr-2.0.0-metadata.csv`.
        annotations: the JSON; None takes the only `*.json` in `root`.

    Raises:
        ImageSourceError: there is no JSON, there are several, it is no COCO JSON, or the metadata
            are not there.
    """
    if annotations is None:
        found = sorted(root.glob("*.json"))
        if len(found) != 1:
            raise ImageSourceError(
                f"{root}: has {len(found)} files *.json; expected one, that of "
                "MIMIC-CXR-annotations, so name it with --annotations"
            )
        annotations = found[0]
    metadata = required_table(root, "mimic-cxr-*-metadata.csv")
    images, rejected = read_coco(annotations, "radiologist")
    return ImageSource(root, _records(root, metadata, images, rejected))


def _records(
    root: Path, metadata: Path, images: list[CocoImage], rejected: list[Rejected]
) -> Iterator[ListedImage | Rejected]:
    yield from rejected
    annotated: dict[str, CocoImage] = {}
    for image in images:
        if annotated.setdefault(_name(image), image) is not image:
            detail = "an image before it is of the same file; put its boxes there"
            yield Rejected(image.location, _name(image), "duplicate_id", detail)
    for row in read_rows(metadata, COLUMNS, root):
        if isinstance(row, Rejected):
            yield row
        elif row[1]["dicom_id"] in annotated:
            image = annotated.pop(row[1]["dicom_id"])
            listed = image_of_row(*row, None)
            if isinstance(listed, ListedImage):
                listed = replace(
                    listed, location=image.location, frame=image.frame, boxes=image.boxes
                )
            yield listed
    for name, image in annotated.items():
        detail = f"{metadata.name} does not list it; fetch the table anew"
        yield Rejected(image.location, name, "not_listed", detail)


def _name(image: CocoImage) -> str:
    """The DICOM id: the name of the file, which lay elsewhere when it was annotated."""
    return PurePosixPath(image.path).stem
