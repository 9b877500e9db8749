"""The tables of images, boxes, scores and what was set aside."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from data_contracts.contract import Contract
from data_contracts.images import BOXES, IMAGE_NOTES, IMAGES, SEVERITY, ZONE_SCORES
from data_contracts.quarantine import Rejected
from data_contracts.tables import QUARANTINE
from model.images.box_fitting import FittedBox
from model.images.inspection import Inspected
from model.images.sources.records import ListedImage, Score, ZoneScore


@dataclass(slots=True)
class _Rows:
    contract: Contract
    columns: dict[str, list[object]] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = {name: [] for name in self.contract.column_names}

    def add(self, *values: object) -> None:
        for column, value in zip(self.columns.values(), values, strict=True):
            column.append(_printable(value) if isinstance(value, str) else value)

    def table(self) -> pa.Table:
        return pa.table(self.columns, schema=self.contract.schema())


class ImageTables:
    """Rows of `images`, `boxes` and the other tables of a source, added image by image.

    Args:
        cohort: what the images are read from.
    """

    def __init__(self, cohort: str) -> None:
        self._cohort = cohort
        self._images, self._boxes = _Rows(IMAGES), _Rows(BOXES)
        self._scores, self._zones = _Rows(SEVERITY), _Rows(ZONE_SCORES)
        self._notes = _Rows(IMAGE_NOTES)

    def add_image(self, image: ListedImage, inspected: Inspected) -> None:
        """Add an image; what its source says goes before what its file says."""
        facts = inspected.facts
        spacing = facts.spacing
        if image.extent is not None:
            spacing = image.extent[0] / facts.width, image.extent[1] / facts.height
        self._images.add(
            image.image_id,
            image.subject_id,
            image.study_id,
            image.report_id,
            self._cohort,
            image.split,
            image.path,
            image.view or facts.view,
            facts.width,
            facts.height,
            *(spacing or (None, None)),
            inspected.checksum,
            inspected.picture_hash,
        )
        for note in inspected.notes:
            self._notes.add(image.image_id, note)

    def add_box(self, image: ListedImage, fitted: FittedBox) -> None:
        """Add a box of an image that was added."""
        box = fitted.box
        name = f"{image.image_id}/{fitted.index}"
        self._boxes.add(
            name,
            image.image_id,
            box.x,
            box.y,
            box.width,
            box.height,
            box.named,
            box.phrase,
            box.annotator,
        )

    def add_score(self, image: ListedImage, score: Score) -> None:
        """Add the score of an image that was added."""
        self._scores.add(image.image_id, score.geographic_extent, score.opacity)

    def add_zone(self, image: ListedImage, score: ZoneScore) -> None:
        """Add the score of a lung zone of an image that was added."""
        self._zones.add(image.image_id, score.zone, score.score, score.annotator)

    def tables(self) -> dict[Contract, pa.Table]:
        """The tables, their rows in the order they were added."""
        of_all = (self._images, self._boxes, self._scores, self._zones, self._notes)
        return {rows.contract: rows.table() for rows in of_all}


def quarantine_table(rejected: Sequence[Rejected]) -> pa.Table:
    """Rows of the quarantine table, all of them: repeated locations are numbered."""
    rows = _Rows(QUARANTINE)
    seen: set[tuple[str, int, str]] = set()
    for record in rejected:
        file, times = record.location.file, 1
        while (file, record.location.row, record.reason) in seen:
            times += 1
            file = f"{record.location.file} #{times}"
        seen.add((file, record.location.row, record.reason))
        rows.add(file, record.location.row, record.record_id, record.reason, record.detail)
    return rows.table()


def _printable(text: str) -> str:
    """Text as it can be stored: bytes of a file's name that are not UTF-8 become question marks."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
