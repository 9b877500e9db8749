"""The images of a cohort, with what is known of each."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.images import ATTRIBUTES, BOXES, IMAGES, SEVERITY
from data_contracts.pictures.paths import lies_inside, names_inside
from data_contracts.storage import read_table
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
    cohort: str = ""
    checksum: str = ""
    picture_hash: str = ""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Images that play one part.

    Attributes:
        part: the part, such as `training`.
        root: the folder that paths start in.
        images: in the order of their table.
        boxes: reference boxes by image id, in pixels of the original image; no entry for an image
            without any.
        kinds: what the boxes enclose, sorted.
        kind_of: by image id, for each of its boxes the index of its kind in `kinds`.
        left_out: how many images were left out, since other cohorts hold back their patient or
            picture.
    """

    part: str
    root: Path
    images: tuple[CohortImage, ...]
    boxes: dict[str, Boxes]
    kinds: tuple[str, ...]
    kind_of: dict[str, npt.NDArray[np.int64]]
    left_out: int = 0

    @property
    def assigned(self) -> list[tuple[str, str | None]]:
        """Each image with its split, for a fingerprint."""
        return [(image.image_id, image.split) for image in self.images]

    def of_split(self, *splits: str) -> "Cohort":
        """The images of these splits.

        Raises:
            CohortError: none is of these splits.
        """
        named = Counter(image.split for image in self.images)
        return self.only(
            (image for image in self.images if image.split in splits),
            f"of split {' or '.join(splits)}; its splits are "
            + ", ".join(f"{name or 'unnamed'} ({n})" for name, n in sorted(named.items(), key=str)),
        )

    def with_reports(self, reports: Collection[str]) -> "Cohort":
        """The images whose report is among `reports`.

        Raises:
            CohortError: there is none.
        """
        return self.only(
            (image for image in self.images if image.report_id in reports),
            f"of the {len(reports):,} labelled reports; set model.cohorts.{self.part} to the "
            "images of these reports, or rebuild the text tables alone: dvc repro embed",
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

    def kinds_of(self, image: CohortImage) -> npt.NDArray[np.int64]:
        """[N] the kind of each of its reference boxes."""
        return self.kind_of.get(image.image_id, np.zeros(0, dtype=np.int64))

    def check_boxes(self) -> None:
        """Make sure that there is a box to learn from.

        Raises:
            CohortError: none of the images has one.
        """
        if not self.boxes:
            raise CohortError(
                f"cohort '{self.part}': no image has a box; give a cohort with boxes, or set "
                "model.regions.source to grid, which needs none"
            )


def open_cohort(part: str, settings: CohortSettings, targets: Sequence[str] = ()) -> Cohort:
    """Read a cohort's images and boxes from its tables, whole, whatever other cohorts hold.

    A cohort of the settings is opened by `model.tensors.apart.open_part`.

    Args:
        part: the part that it plays, as `params.yaml` names it.
        settings: where it lies.
        targets: labels of the boxes to keep; empty keeps all.

    Raises:
        TableNotFoundError: there is no table of images or boxes.
        ContractError: a table was written by another release.
        CohortError: it has no image, or a path leads out of its root.
    """
    images = list_images(part, settings)
    boxes, kinds, kind_of = _boxes(settings.tables / f"{BOXES.name}.parquet", images, targets)
    return Cohort(part, settings.pictures, images, boxes, kinds, kind_of)


def list_images(part: str, settings: CohortSettings) -> tuple[CohortImage, ...]:
    """The images of a cohort, in the order of their table; splits are as the source names them.

    Args:
        part: the part that it plays, as `params.yaml` names it.
        settings: where it lies.

    Raises:
        TableNotFoundError: there is no table of images.
        ContractError: it was written by another release.
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
    if settings.boxed:
        tables = _with_boxes(part, settings, tables)
    return tuple(_images(part, settings.pictures, tables.to_pylist()))


def _with_boxes(part: str, settings: CohortSettings, images: pa.Table) -> pa.Table:
    """The images with a box of one of the labels that the settings name."""
    boxes = read_table(BOXES, settings.tables / f"{BOXES.name}.parquet")
    wanted = pa.array(settings.boxed, pa.string())
    own = boxes.filter(pc.is_in(boxes["label"], value_set=wanted))["image_id"].combine_chunks()
    kept = images.filter(pc.is_in(images["image_id"], value_set=own))
    if not kept.num_rows:
        labels = ", ".join(sorted(set(boxes["label"].to_pylist()))) or "none"
        raise CohortError(
            f"cohort '{part}': no image has a box of {', '.join(settings.boxed)}; labels there: "
            f"{labels}. Set model.cohorts.{part}.boxed in params.yaml"
        )
    return kept


def severity_of(settings: CohortSettings) -> dict[str, tuple[float, float]]:
    """Geographic extent and opacity of a cohort's scored images, by id; see `severity`."""
    path = settings.tables / f"{SEVERITY.name}.parquet"
    if not path.exists():
        return {}
    table = read_table(SEVERITY, path)
    columns = (table[name].to_pylist() for name in SEVERITY.column_names)
    return {image_id: (extent, opacity) for image_id, extent, opacity in zip(*columns, strict=True)}


def attributes_of_images(settings: CohortSettings) -> dict[str, dict[str, bool]]:
    """What is known to be on a cohort's images apart from their reports, by image and concept."""
    path = settings.tables / f"{ATTRIBUTES.name}.parquet"
    if not path.exists():
        return {}
    table = read_table(ATTRIBUTES, path)
    known: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    columns = (table[name].to_pylist() for name in ATTRIBUTES.column_names)
    for image_id, concept, present in zip(*columns, strict=True):
        known[image_id][concept] = present
    return dict(known)


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
            row["cohort"],
            row["checksum"],
            row["picture_hash"],
        )


_Kinds = dict[str, npt.NDArray[np.int64]]


def _boxes(
    path: Path, images: Sequence[CohortImage], targets: Sequence[str]
) -> tuple[dict[str, Boxes], tuple[str, ...], _Kinds]:
    """Boxes of images by id, their kinds, and the kind of each."""
    table = read_table(BOXES, path)
    wanted = pa.array([image.image_id for image in images], pa.string())
    table = table.filter(pc.is_in(table["image_id"], value_set=wanted))
    if targets:
        table = table.filter(pc.is_in(table["label"], value_set=pa.array(targets, pa.string())))
    kinds = tuple(sorted(set(table["label"].to_pylist())))
    edges: defaultdict[str, list[tuple[float, ...]]] = defaultdict(list)
    kind_of: defaultdict[str, list[int]] = defaultdict(list)
    columns = [
        table[name].to_pylist() for name in ("image_id", "label", "x", "y", "width", "height")
    ]
    for image_id, label, x, y, width, height in zip(*columns, strict=True):
        edges[image_id].append((x, y, x + width, y + height))
        kind_of[image_id].append(kinds.index(label))
    return (
        {image_id: np.asarray(found) for image_id, found in edges.items()},
        kinds,
        {image_id: np.asarray(found) for image_id, found in kind_of.items()},
    )
