"""Images with the labels of their reports and their boxes, for those who train their own models."""

import difflib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeAlias

import model.lean_torchvision  # noqa: F401 - before all that imports torchvision

# isort: split
import torch
from torch import Tensor
from torch.utils.data import Dataset
from torchvision import tv_tensors

from data_contracts.concepts import UNCERTAIN
from data_contracts.images import IMAGES
from data_contracts.storage import read_table
from model.label_tables import LabelTables, read_label_tables
from model.settings import CohortSettings
from model.tensors.cohorts import Cohort, open_cohort
from model.tensors.label_values import label_values
from model.tensors.pictures import Pictures

#: An image, [1, S, S] bytes, and what is known of it.
Sample: TypeAlias = tuple[Any, dict[str, Any]]

#: What torchvision's detectors number 0.
BACKGROUND: Final = "__background__"
_IMAGES: Final = f"{IMAGES.name}.parquet"
#: Where `dvc repro` puts images, below the label tables.
_BELOW: Final = "radiographs"
_SIDE: Final = 224


class LabelledImagesError(ValueError):
    """There are no such images, labels or boxes; the message says what there is."""


class LabelledImages(Dataset[Sample]):
    """A cohort's images with the labels of their reports and their reference boxes.

    >>> import pneumoloc
    >>> from torch.utils.data import DataLoader
    >>> images = pneumoloc.LabelledImages(
    ...     "data", cohort="phantom_training", target=["finding:opacity", "side:left"], size=128
    ... )
    >>> image, target = images[0]
    >>> image.shape, image.dtype
    (torch.Size([1, 128, 128]), torch.uint8)
    >>> sorted(target)
    ['boxes', 'concepts', 'image_id', 'known', 'labels']
    >>> loader = DataLoader(images, batch_size=4, collate_fn=images.collate)
    >>> pictures, targets = next(iter(loader))
    >>> len(pictures), targets[0]["concepts"].shape
    (4, torch.Size([2]))

    A sample is an image (`tv_tensors.Image`, uint8, [1, S, S], contrast stretched, black where a
    picture that is not square leaves the square) and a dictionary in the form that torchvision's
    detectors take:

    - `boxes`: `tv_tensors.BoundingBoxes`, [N, 4] left, upper, right and lower edge in the square;
    - `labels`: int64 [N], for each box its place in `categories`, where 0 is the background;
    - `concepts`: float32 [K], 1 where the image's report affirms the concept and 0 where it
      negates it, in the order of `concepts` of this object; 0 where nothing is known;
    - `known`: bool [K], where the report says something of the concept;
    - `image_id`: the sample's index here; `images.ids[index]` is the id in the tables.

    Transforms that mirror an image leave `side:left` and `side:right` as they are: have none, or
    change these two.

    Args:
        tables: folder of labels, vocabulary and embeddings, as `dvc repro` writes them.
        cohort: images of this cohort alone, as the table `images` names it; None takes all.
        target: concept or concepts to give; None gives all that the vocabulary keeps, and [] none,
            for which no label tables are needed.
        split: images of this split alone, as the source names it; None takes all.
        images: folder of the tables images and boxes; None looks in `tables`, and then in
            `radiographs` below it.
        root: folder that the images' paths start in; None takes that of the table `images`.
        box_labels: what boxes to give, by label; None gives all.
        size: S, pixels of the square's side.
        uncertain: value of a concept that its report hedges; None counts it as not known.
        transforms: takes image and dictionary and gives both, as torchvision's `v2` does.

    Raises:
        LabelledImagesError: there is no such cohort or concept, or no table of images.
        TableNotFoundError: a table is not there.
        ContractError: a table was written by another release.
        LabelTablesError: the label tables do not belong together.
        CohortError: there is no image of that split, or a path leads out of `root`.
    """

    def __init__(
        self,
        tables: str | os.PathLike[str] = "data",
        *,
        cohort: str | None = None,
        target: str | Iterable[str] | None = None,
        split: str | None = None,
        images: str | os.PathLike[str] | None = None,
        root: str | os.PathLike[str] | None = None,
        box_labels: Sequence[str] | None = None,
        size: int = _SIDE,
        uncertain: float | None = None,
        transforms: Callable[[Any, dict[str, Any]], Sample] | None = None,
    ) -> None:
        if size < 1:
            raise LabelledImagesError(f"size={size}; expected pixels of a side, such as {_SIDE}")
        folder = _images_folder(Path(tables), images)
        _check_cohort(folder / _IMAGES, cohort)
        opened = open_cohort(
            cohort or folder.name,
            CohortSettings(tables=folder, root=Path(root) if root else None, name=cohort),
            tuple(box_labels or ()),
        )
        self._pictures = Pictures(opened.of_split(split) if split else opened, size)
        self.concepts, raw = _concepts(Path(tables), target, self._pictures.cohort)
        doubted = raw == UNCERTAIN
        self.known = ~(raw.isnan() | doubted) if uncertain is None else ~raw.isnan()
        self.values = raw.masked_fill(doubted, uncertain or 0.0).masked_fill(~self.known, 0.0)
        self.categories = (BACKGROUND, *opened.kinds)
        self.transforms = transforms

    @property
    def ids(self) -> tuple[str, ...]:
        """The images' ids, in their order."""
        return tuple(image.image_id for image in self._pictures.cohort.images)

    def path(self, index: int) -> Path:
        """The file of an image."""
        cohort = self._pictures.cohort
        return cohort.path(cohort.images[index])

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, index: int) -> Sample:
        """Read one.

        Raises:
            UnreadableImageError: its file is not there or cannot be read.
            IndexError: there is none of that index.
        """
        index = range(len(self))[index]
        seen = self._pictures[index]
        side = self._pictures.size
        image = tv_tensors.Image(seen.pixels)
        target: dict[str, Any] = {
            "boxes": tv_tensors.BoundingBoxes(
                seen.boxes[:, :4], format="XYXY", canvas_size=(side, side)
            ),
            "labels": seen.boxes[:, 4].long() + 1,
            "concepts": self.values[index],
            "known": self.known[index],
            "image_id": index,
        }
        return self.transforms(image, target) if self.transforms else (image, target)

    @staticmethod
    def collate(samples: Sequence[Sample]) -> tuple[tuple[Any, ...], tuple[dict[str, Any], ...]]:
        """Images and dictionaries side by side: a DataLoader's `collate_fn`, as detectors need it.

        Images have different numbers of boxes, which cannot be stacked.
        """
        images, targets = zip(*samples, strict=True)
        return images, targets

    def __repr__(self) -> str:
        cohort = self._pictures.cohort
        boxed = sum(len(cohort.reference(image)) > 0 for image in cohort.images)
        labelled = int(self.known.any(dim=1).sum())
        return (
            f"<LabelledImages: {len(self):,} images, {labelled:,} with labels of "
            f"{len(self.concepts)} concepts, {boxed:,} with boxes>"
        )


def _images_folder(tables: Path, images: str | os.PathLike[str] | None) -> Path:
    candidates = [Path(images)] if images is not None else [tables, tables / _BELOW]
    for folder in candidates:
        if (folder / _IMAGES).exists():
            return folder
    raise LabelledImagesError(
        f"no {_IMAGES} in {' or '.join(map(str, candidates))}.\n"
        "Next: uv run dvc repro, or for a data set of images: python -m model images --help"
    )


def _check_cohort(path: Path, cohort: str | None) -> None:
    listed = read_table(IMAGES, path, ("cohort",))["cohort"].unique().to_pylist()
    if not listed or (cohort is not None and cohort not in listed):
        raise LabelledImagesError(
            f"{path} lists no image of cohort {cohort!r}; it lists {', '.join(sorted(listed))}"
            if listed
            else f"{path} lists no images"
        )


def _concepts(
    tables: Path, target: str | Iterable[str] | None, cohort: Cohort
) -> tuple[tuple[str, ...], Tensor]:
    """Names of the concepts, and their [N, K] values."""
    wanted = None if target is None else (target,) if isinstance(target, str) else tuple(target)
    if wanted == ():
        return (), torch.zeros(len(cohort.images), 0)
    read = read_label_tables(tables)
    wanted = read.concepts if wanted is None else wanted
    _check_target(wanted, read)
    return wanted, label_values(cohort, replace(read, concepts=wanted))


def _check_target(wanted: Sequence[str], read: LabelTables) -> None:
    columns = [name for name in read.labels.column_names if ":" in name]
    for name in wanted:
        if name not in columns:
            near = difflib.get_close_matches(name, columns, cutoff=0.4) or read.concepts[:3]
            raise LabelledImagesError(
                f"target {name!r}: no such concept; expected one of the label columns, such as "
                f"{', '.join(near)}"
            )
