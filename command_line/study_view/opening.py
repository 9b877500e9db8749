"""Opens the tables that a study is put together from, and finds a report's images in them."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from command_line.study_view.method_readings import OURS, read_method
from command_line.study_view.pictures import LONGEST_SIDE, png_of
from command_line.study_view.studies import MethodReading, ReferenceBox, ShownImage
from data_contracts.errors import ContractError
from data_contracts.images import BOXES, IMAGES
from data_contracts.predictions import READINGS
from data_contracts.storage import read_table
from data_contracts.tables import VOCABULARY

_OF_IMAGE: Final = ("image_id", "report_id", "study_id", "path", "view", "width", "height")
_OF_BOX: Final = ("image_id", "x", "y", "width", "height", "label", "phrase", "annotator")


class StudyError(ValueError):
    """A study cannot be shown; the message says what to do."""


def find_image_tables(tables: Path) -> list[Path]:
    """Folders that hold an images table: `tables` itself and those in it, by the alphabet."""
    folders = [tables, *sorted(path for path in tables.glob("*") if path.is_dir())]
    return [folder for folder in folders if (folder / "images.parquet").exists()]


class Studies:
    """Images and what methods say of them; nothing but images that the tables list is ever read.

    Args:
        images: folders of the tables `images` and, where there are boxes, `boxes`.
        root: folder that image paths start from; None takes the folder of each table.
        predictions: folder of the stage predictions, `METHOD/PART/`; may be missing.
        evaluation: folder of the stage evaluate, for thresholds; may be missing.
        vocabulary: the vocabulary table, for concepts' names; may be missing.

    Raises:
        StudyError: an image is listed twice.
        ContractError: a table is of another release.
        TableNotFoundError: a folder has no images table.
    """

    def __init__(
        self,
        images: Sequence[Path],
        *,
        root: Path | None,
        predictions: Path,
        evaluation: Path,
        vocabulary: Path,
    ) -> None:
        self._images: dict[str, dict[str, Any]] = {}
        self._references: dict[str, list[ReferenceBox]] = defaultdict(list)
        self._of_report: dict[str, list[str]] = defaultdict(list)
        self._of_study: dict[str, list[str]] = defaultdict(list)
        for folder in images:
            self._add_images(folder, root or folder)
        self._folders = _folders_by_image(predictions)
        self._thresholds = _thresholds(evaluation)
        self.names = _names(vocabulary)

    def __len__(self) -> int:
        """Images that are listed."""
        return len(self._images)

    def images_of(self, report_id: str, study_id: str | None) -> list[str]:
        """Ids of a report's images: those listed with it, else those of its study."""
        own = self._of_report.get(report_id, [])
        return list(own or self._of_study.get(study_id or "", []))

    def images_read(self) -> Iterator[tuple[str, str | None, str | None]]:
        """Image, report and study of every listed image that a method has read."""
        for image_id, row in self._images.items():
            if image_id in self._folders:
                yield image_id, row["report_id"], row["study_id"]

    def show(self, image_id: str) -> ShownImage:
        """All there is to show of an image, but its picture.

        Raises:
            StudyError: no table lists it.
        """
        row = self._row(image_id)
        return ShownImage(
            image_id=image_id,
            view=row["view"],
            width=row["width"],
            height=row["height"],
            references=self._references.get(image_id, []),
            readings=list(self._readings(image_id)),
        )

    def png(self, image_id: str, longest: int = LONGEST_SIDE) -> bytes:
        """An image's picture as PNG; see `png_of`.

        Raises:
            StudyError: no table lists it.
            PictureError: its file may not or cannot be read.
        """
        row = self._row(image_id)
        return png_of(row["root"], row["path"], longest)

    def _row(self, image_id: str) -> dict[str, Any]:
        row = self._images.get(image_id)
        if row is None:
            raise StudyError("no images table lists an image of that id")
        return row

    def _readings(self, image_id: str) -> Iterator[MethodReading]:
        for folder in self._folders.get(image_id, ()):
            method = folder.parent.name
            yield read_method(folder, method, image_id, self._thresholds.get(method))

    def _add_images(self, folder: Path, root: Path) -> None:
        table = read_table(IMAGES, folder / "images.parquet", _OF_IMAGE)
        for row in table.to_pylist():
            image_id = row["image_id"]
            if image_id in self._images:
                raise StudyError(
                    f"{folder}: lists image '{image_id}', which another images table lists too; "
                    "name one folder with --images"
                )
            self._images[image_id] = {**row, "root": root}
            if row["report_id"] is not None:
                self._of_report[row["report_id"]].append(image_id)
            if row["study_id"] is not None:
                self._of_study[row["study_id"]].append(image_id)
        boxes = folder / "boxes.parquet"
        if boxes.exists():
            for row in read_table(BOXES, boxes, _OF_BOX).to_pylist():
                self._references[row.pop("image_id")].append(ReferenceBox(**row))


def open_studies(
    tables: Path,
    *,
    images: Path | None = None,
    root: Path | None = None,
    predictions: Path | None = None,
) -> Studies:
    """The studies of a run.

    Args:
        tables: folder of the run's tables.
        images: folder of the images table; None takes those that are found below `tables`.
        root: folder that image paths start from; None takes that of the images table.
        predictions: folder of the stage predictions; None takes that in `tables`. What the stage
            evaluate wrote is looked for beside it.

    Raises:
        StudyError: there is no images table, or an image is listed twice.
        ContractError: a table is of another release.
        TableNotFoundError: `images` has no images table.
    """
    found = [images] if images is not None else find_image_tables(tables)
    if not found:
        raise StudyError(
            f"{tables}: no images table is in it; name the folder of one with --images, or make "
            "one with python -m model images"
        )
    predicted = predictions or tables / "predictions"
    return Studies(
        found,
        root=root,
        predictions=predicted,
        evaluation=predicted.parent / "evaluation",
        vocabulary=tables / "vocabulary.parquet",
    )


def _folders_by_image(predictions: Path) -> dict[str, list[Path]]:
    """Per image the folders of the methods that have read it, ours first; each method once."""
    folders = sorted(path.parent for path in predictions.glob("*/*/readings.parquet"))
    folders.sort(key=lambda folder: folder.parent.name != OURS)
    found: dict[str, dict[str, Path]] = defaultdict(dict)
    for folder in folders:
        read = read_table(READINGS, folder / "readings.parquet", ("image_id",))
        for image_id in pc.unique(read["image_id"]).to_pylist():
            found[image_id].setdefault(folder.parent.name, folder)
    return {image_id: list(of_image.values()) for image_id, of_image in found.items()}


def _thresholds(evaluation: Path) -> Mapping[str, float]:
    """Each method's least score, as the stage evaluate chose it."""
    found: dict[str, float] = {}
    for name, read in (("threshold.json", _ours_alone), ("thresholds.json", dict)):
        path = evaluation / name
        try:
            found.update(read(json.loads(path.read_text(encoding="utf-8"))))
        except FileNotFoundError:
            continue
        except (ValueError, KeyError, TypeError):
            raise ContractError(f"{path}: holds no thresholds; run the stage evaluate") from None
    return found


def _ours_alone(content: Mapping[str, float]) -> dict[str, float]:
    return {OURS: content["least_score"]}


def _names(vocabulary: Path) -> dict[str, str]:
    """Concepts in plain words."""
    if not vocabulary.exists():
        return {}
    table: pa.Table = read_table(VOCABULARY, vocabulary, ("concept_id", "preferred_name"))
    return dict(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))
