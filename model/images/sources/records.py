"""The records a source of images yields, whatever its layout."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from data_contracts.published_names import concept_named
from data_contracts.quarantine import Location, Rejected

#: The frame of boxes that are shares of the picture, from 0 to 1; no image is that small.
SHARES: Final = (1, 1)


class ImageSourceError(ValueError):
    """A source cannot be read at all; the message names the file and what to change."""


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A box as the source has it, before it was held against its image.

    Attributes:
        location: where it stands.
        x: left edge in pixels of the stored image.
        y: upper edge in those pixels.
        width: in those pixels.
        height: in those pixels.
        label: what it encloses, as the source names it; see `named`.
        annotator: who or what drew it.
        phrase: the phrase that it grounds; a patient's text.
    """

    location: Location
    x: float
    y: float
    width: float
    height: float
    label: str
    annotator: str
    phrase: str | None = None

    @property
    def named(self) -> str:
        """What it encloses, as the boxes table names it: a concept, else the source's name."""
        return concept_named(self.label) or self.label


@dataclass(frozen=True, slots=True)
class Score:
    """An image's severity: extent of 0 to 8 and opacity of 0 to 6, over both lungs."""

    location: Location
    geographic_extent: float
    opacity: float


@dataclass(frozen=True, slots=True)
class ZoneScore:
    """What one radiologist scored a lung zone.

    Attributes:
        location: where it stands.
        zone: one of `data_contracts.images.LUNG_ZONES`.
        score: 0 to 3.
        annotator: who scored it.
    """

    location: Location
    zone: str
    score: int
    annotator: str


@dataclass(frozen=True, slots=True)
class ListedImage:
    """An image as the source lists it; whether its file is there and whole is yet to be seen.

    Attributes:
        location: where it is listed.
        image_id: unique over the source.
        path: its file below the source's root, with `/` between folders.
        subject_id: the patient.
        study_id: the imaging study.
        report_id: the report that was written of it.
        split: the split that the source assigns.
        view: one of `data_contracts.images.VIEWS`; None leaves it to the file's header.
        frame: width and height in pixels that the boxes count in; None for those of the file, and
            `SHARES` where boxes are shares of the picture's width and height.
        extent: width and height in mm; None leaves it to the file's header.
        boxes: what is drawn on it, in the source's order.
        readers: who looked at it for all that is to be boxed, whether or not they drew any; empty
            where the source does not say.
        score: its severity.
        zones: scores of its lung zones.
    """

    location: Location
    image_id: str
    path: str
    subject_id: str | None = None
    study_id: str | None = None
    report_id: str | None = None
    split: str | None = None
    view: str | None = None
    frame: tuple[int, int] | None = None
    extent: tuple[float, float] | None = None
    boxes: tuple[DrawnBox, ...] = ()
    readers: tuple[str, ...] = ()
    score: Score | None = None
    zones: tuple[ZoneScore, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageSource:
    """An opened source.

    Attributes:
        root: the folder that images' paths start from.
        records: everything it lists, in an order that depends on nothing but its files.
        total: how many records there will be, where that is known beforehand.
        tallies: further counts for the stage's summary, complete once `records` is exhausted.
        notices: what its user has to know before using the tables, complete as `tallies` is.
    """

    root: Path
    records: Iterator[ListedImage | Rejected]
    total: int | None = None
    tallies: Counter[str] = field(default_factory=Counter)
    notices: list[str] = field(default_factory=list)
