"""The tables of images, and of what belongs to them."""

import pyarrow as pa

from data_contracts.contract import Contract
from data_contracts.images import BOXES, IMAGE_NOTES, IMAGES, SEVERITY, ZONE_SCORES
from data_contracts.rows import Rows
from model.images.box_fitting import FittedBox
from model.images.inspection import Inspected
from model.images.sources.records import ListedImage, Score, ZoneScore


class ImageTables:
    """Rows of `images`, `boxes` and the other tables of a source, added image by image.

    Args:
        cohort: what the images are read from.
    """

    def __init__(self, cohort: str) -> None:
        self._cohort = cohort
        self._rows = {
            contract: Rows(contract)
            for contract in (IMAGES, BOXES, SEVERITY, ZONE_SCORES, IMAGE_NOTES)
        }

    def add_image(self, image: ListedImage, inspected: Inspected) -> None:
        """Add an image; what its source says goes before what its file says."""
        facts = inspected.facts
        spacing = facts.spacing
        if image.extent is not None:
            spacing = image.extent[0] / facts.width, image.extent[1] / facts.height
        self._rows[IMAGES].add(
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
            self._rows[IMAGE_NOTES].add(image.image_id, note)

    def add_box(self, image: ListedImage, fitted: FittedBox) -> None:
        """Add a box of an image that was added."""
        box = fitted.box
        name = f"{image.image_id}/{fitted.index}"
        self._rows[BOXES].add(
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
        self._rows[SEVERITY].add(image.image_id, score.geographic_extent, score.opacity)

    def add_zone(self, image: ListedImage, score: ZoneScore) -> None:
        """Add the score of a lung zone of an image that was added."""
        self._rows[ZONE_SCORES].add(image.image_id, score.zone, score.score, score.annotator)

    def tables(self) -> dict[Contract, pa.Table]:
        """The tables, their rows in the order they were added."""
        return {contract: rows.table() for contract, rows in self._rows.items()}
