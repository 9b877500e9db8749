"""MS-CXR: phrases of MIMIC-CXR's reports grounded by boxes, as COCO JSON.

Boecking et al., "Making the Most of Text Semantics to Improve Biomedical Vision-Language
Processing", ECCV 2022.
"""

import re
from pathlib import Path, PurePosixPath
from typing import Final

from data_contracts.quarantine import Rejected
from model.images.sources.coco import CocoImage, read_coco
from model.images.sources.records import ImageSource, ImageSourceError, ListedImage

_PATH: Final = re.compile(r"(?:^|/)p(?P<subject>\d+)/s(?P<study>\d+)/[^/]+$")


def open_ms_cxr(root: Path, annotations: Path | None = None) -> ImageSource:
    """The grounded images, with patient, study and report as their path names them.

    All of them are frontal; which way the beam went, MIMIC-CXR-JPG's metadata say.

    Args:
        root: folder of MIMIC-CXR-JPG, whose `files/p10/...` the JSON names.
        annotations: the JSON; None takes the one `MS_CXR*.json` in `root`.

    Raises:
        ImageSourceError: there is no JSON, there are several, or it is no COCO JSON.
    """
    if annotations is None:
        found = sorted(root.glob("MS_CXR*.json")) or sorted(root.glob("*.json"))
        if len(found) != 1:
            raise ImageSourceError(
                f"{root}: has {len(found)} files MS_CXR*.json; expected one, so name it with "
                "--annotations"
            )
        annotations = found[0]
    images, rejected = read_coco(annotations, "radiologist")
    records = [*rejected, *map(_image, images)]
    return ImageSource(root, iter(records), len(records))


def _image(image: CocoImage) -> ListedImage | Rejected:
    ids = _PATH.search(image.path)
    if ids is None:
        detail = "expected a path such as files/p10/p10000032/s50414267/<dicom_id>.jpg"
        return Rejected(image.location, str(image.entry["id"]), "missing_id", detail)
    split = image.entry.get("split")
    return ListedImage(
        image.location,
        PurePosixPath(image.path).stem,
        image.path,
        subject_id=ids["subject"],
        study_id=ids["study"],
        report_id=f"s{ids['study']}",
        split=split if isinstance(split, str) else None,
        view="FRONTAL",
        frame=image.frame,
        boxes=image.boxes,
    )
