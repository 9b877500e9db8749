"""What the tests of a source read: the tables of one run of the stage `images`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from data_contracts.images import BOXES, IMAGE_NOTES, IMAGES, SEVERITY, ZONE_SCORES
from data_contracts.storage import read_table
from data_contracts.tables import QUARANTINE
from model.stages.images import images

Rows = list[dict[str, Any]]


class Result:
    """The tables of one run."""

    def __init__(self, kind: str, path: Path, out: Path, **options: Any) -> None:
        summary = images(kind=kind, path=path, out=out, **options)
        self.counts, self.notices = summary.counts, summary.notices
        self.images: Rows = read_table(IMAGES, out / "images.parquet").to_pylist()
        self.boxes: Rows = read_table(BOXES, out / "boxes.parquet").to_pylist()
        self.scores: Rows = read_table(SEVERITY, out / "severity.parquet").to_pylist()
        self.zones: Rows = read_table(ZONE_SCORES, out / "zone_scores.parquet").to_pylist()
        notes = read_table(IMAGE_NOTES, out / "image_notes.parquet").to_pylist()
        self.notes = {(row["image_id"], row["note"]) for row in notes}
        quarantine = read_table(QUARANTINE, out / "quarantine.parquet").to_pylist()
        self.against: dict[tuple[str, int], str] = {}
        for row in quarantine:
            place = (row["file"], row["row"])
            others = self.against.get(place)
            self.against[place] = f"{others} {row['reason']}" if others else row["reason"]

    @property
    def ids(self) -> list[str]:
        return [row["image_id"] for row in self.images]


@pytest.fixture
def read() -> Callable[..., Result]:
    return Result
