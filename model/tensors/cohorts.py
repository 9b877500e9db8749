"""The images of a cohort, with what is known of each."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.images import BOXES, IMAGES
from data_contracts.storage import read_table
from model.images.sources.paths import lies_inside, names_inside
from model.scoring.overlap import Boxes, as_boxes
from model.settings import CohortSettings


class CohortError(ValueError):
    """A cohort has no images, or images that are not there; the message says what to do."""


class CohortImage(NamedTuple):
    """An image of a cohort; see the contract `images`."""

    image_id: str
    subject_id: str
    report_id: str | None
    split: str | None
    path: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """Images that play one part.

    Attributes:
        part: the part, such as `training`.
        root: the folder that paths start in.
        images: in the order of their table.
        boxes: reference boxes by image id, in pixels of the original image; no entry for an image
            without any.
    """

    part: str
    root: Path
    images: tuple[CohortImage, ...]
    boxes: dict[str, Boxes]

    def of_split(self, *splits: str) -> "Cohort":
        """The images of these splits; all where the source names no splits.

        Raises:
            CohortError: none is of these splits.
        """
        named = Counter(image.split for image in self.images)
        if set(named) == {None}:
            return self
        return self.only(
            (image for image in self.images if image.split in splits),
            f"of split {' or '.join(splits)}; its splits are "
            + ", ".join(f"{name} ({count})" for name, count in sorted(named.items(), key=str)),
        )

    def with_reports(self, reports: Collection[str]) -> "Cohort":
        """The images whose report is among `reports`.

        Raises:
            CohortError: there is none.
        """
        return self.only(
            (image for image in self.images if image.report_id in reports),
            "with a labelled report; label the reports of these images first",
        )

    def only(self, images: Iterable[CohortImage], what: str) -> "Cohort":
        """The cohort cut to `images`.

        Raises:
            CohortError: there are none; the message says that no image is `what`.
        """
        kept = tuple(images)
        if not kept:
            raise CohortError(f"cohort '{self.part}' has no image {what}")
        return replace(self, images=kept)

    def path(self, image: CohortImage) -> Path:
        """The image's file."""
        return self.root / image.path

    def reference(self, image: CohortImage) -> Boxes:
        """[N, 4] its reference boxes in its own pixels; [0, 4] where it has none."""
        return self.boxes.get(image.image_id, as_boxes([]))

    def check_boxes(self, targets: Sequence[str]) -> None:
        """Make sure that there is a box to learn from.

        Raises:
            CohortError: none of the images has one.
        """
        if not any(len(self.reference(image)) for image in self.images):
            what = f" labelled {', '.join(targets)}" if targets else ""
            raise CohortError(
                f"cohort '{self.part}': no image has a box{what}; set model.targets to labels of "
                "its boxes, or model.regions.source to grid, which needs none"
            )


def open_cohort(part: str, settings: CohortSettings, targets: Sequence[str] = ()) -> Cohort:
    """Read a cohort's images and boxes from its tables.

    Args:
        part: the part that it plays, as `params.yaml` names it.
        settings: where it lies.
        targets: labels of the boxes to keep; empty keeps all.

    Raises:
        TableNotFoundError: there is no table of images or boxes.
        ContractError: a table was written by another release.
        CohortError: it has no image, or a path leads out of its root.
    """
    tables = read_table(IMAGES, settings.tables / f"{IMAGES.name}.parquet")
    names = Counter(tables["cohort"].to_pylist())
    if settings.name is not None:
        tables = tables.filter(pc.equal(tables["cohort"], settings.name))
    if not tables.num_rows:
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(names.items())) or "none"
        raise CohortError(
            f"cohort '{part}': no image of '{settings.name}' in {settings.tables}; listed there: "
            f"{listed}. Set model.cohorts.{part} in params.yaml"
        )
    images = tuple(_images(part, settings.pictures, tables.to_pylist()))
    boxes = _boxes(settings.tables / f"{BOXES.name}.parquet", targets)
    return Cohort(part, settings.pictures, images, boxes)


def check_files(cohort: Cohort) -> None:
    """Make sure that every image's file is there.

    Raises:
        CohortError: some are not; the message says how many and which come first.
    """
    missing = [image.path for image in cohort.images if not _is_there(cohort, image)]
    if missing:
        raise CohortError(
            f"cohort '{cohort.part}': {len(missing)} of {len(cohort.images)} images are not below "
            f"{cohort.root}, such as {', '.join(missing[:3])}; set "
            f"model.cohorts.{cohort.part}.root to their folder, or list the images again"
        )


def _is_there(cohort: Cohort, image: CohortImage) -> bool:
    return cohort.path(image).is_file() and lies_inside(cohort.root, image.path)


def _images(part: str, root: Path, rows: Iterable[dict[str, Any]]) -> Iterable[CohortImage]:
    for row in rows:
        if not names_inside(row["path"]):
            raise CohortError(
                f"cohort '{part}': the path of image '{row['image_id']}' leads out of {root}"
            )
        # An image of an unknown patient is its own patient.
        subject = row["subject_id"] or f"image {row['image_id']}"
        yield CohortImage(
            row["image_id"],
            subject,
            row["report_id"],
            row["split"],
            row["path"],
            row["width"],
            row["height"],
        )


def _boxes(path: Path, targets: Sequence[str]) -> dict[str, Boxes]:
    table = read_table(BOXES, path)
    if targets:
        table = table.filter(pc.is_in(table["label"], value_set=pa.array(targets, pa.string())))
    found: defaultdict[str, list[tuple[float, ...]]] = defaultdict(list)
    columns = [table[name].to_pylist() for name in ("image_id", "x", "y", "width", "height")]
    for image_id, x, y, width, height in zip(*columns, strict=True):
        found[image_id].append((x, y, x + width, y + height))
    return {image_id: np.asarray(boxes) for image_id, boxes in found.items()}
