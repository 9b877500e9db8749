"""The COVID-19 image data collection: `metadata.csv`, `images` and `annotations`.

Cohen et al., "COVID-19 Image Data Collection: Prospective Predictions Are the Future", 2020, and
"Predicting COVID-19 Pneumonia Severity on Chest X-ray with Deep Learning", 2020. Scores of lung
zones: Signoroni et al., "BS-Net: Learning COVID-19 Pneumonia Severity on a Large Chest X-ray
Dataset", Medical Image Analysis 2021.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from data_contracts.images import LUNG_ZONES
from data_contracts.pictures.views import view_of
from data_contracts.quarantine import Location, Rejected
from model.images.sources.delimited import Row, read_rows
from model.images.sources.fields import box_of, score_of, zone_score_of
from model.images.sources.records import (
    DrawnBox,
    ImageSource,
    ListedImage,
    Score,
    ZoneScore,
)
from model.images.sources.tables import gather, of_unknown_images, required_table

_COLUMNS: Final = ("patientid", "view", "modality", "filename")
_SCORES: Final = "annotations/covid-severity-scores.csv"
_SCORE_COLUMNS: Final = ("filename", "geographic_mean", "opacity_mean")
_BOXES: Final = ("annotations/opacity-boxes.csv", "annotations/lung-boxes.csv")
_BOX_COLUMNS: Final = ("filename", "label", "x", "y", "width", "height")
_ZONE_SCORES: Final = "annotations/brixia-scores.csv"
# A to C go down the lung at the left of the picture, which is the patient's right one.
_ZONES: Final = dict(zip("ABCDEF", LUNG_ZONES, strict=True))
_SCORERS: Final = {"S": "senior radiologist", "J": "junior radiologist"}
_ZONE_COLUMNS: Final = {
    f"{scorer}-{letter}": (zone, annotator)
    for scorer, annotator in _SCORERS.items()
    for letter, zone in _ZONES.items()
}
_MODALITIES: Final = ("x-ray", "xray", "")


def open_covid(root: Path) -> ImageSource:
    """The radiographs of the collection, with boxes and scores of severity and of lung zones.

    An image's report is the clinical notes of its row, named by the image's file. Scans of computed
    tomography are rejected as `not_radiograph`.

    Args:
        root: folder of `metadata.csv` and `images`; each file of `annotations` may be missing.

    Raises:
        ImageSourceError: the metadata are not there, or a table lacks a column.
    """
    return ImageSource(root, _records(root, required_table(root, "metadata.csv")))


def _records(root: Path, metadata: Path) -> Iterator[ListedImage | Rejected]:
    rejected: list[Rejected] = []
    scores: dict[str, list[Score]] = {}
    boxes: dict[str, list[DrawnBox]] = {}
    zones: dict[str, list[ZoneScore]] = {}
    if (root / _SCORES).is_file():
        scores = gather(read_rows(root / _SCORES, _SCORE_COLUMNS, root), rejected, _score)
    for name in _BOXES:
        if (root / name).is_file():
            of_file = gather(read_rows(root / name, _BOX_COLUMNS, root), rejected, _box)
            for image_id, drawn in of_file.items():
                boxes.setdefault(image_id, []).extend(drawn)
    if (root / _ZONE_SCORES).is_file():
        zones = _zones(read_rows(root / _ZONE_SCORES, ("filename", *_ZONE_COLUMNS), root), rejected)
    rejected += _repeated(scores)
    yield from rejected
    for row in read_rows(metadata, _COLUMNS, root):
        yield row if isinstance(row, Rejected) else _image(*row, boxes, scores, zones)
    yield from of_unknown_images(scores)
    yield from of_unknown_images(boxes)
    yield from of_unknown_images(zones)


def _zones(rows: Iterable[Row | Rejected], rejected: list[Rejected]) -> dict[str, list[ZoneScore]]:
    """Scores of zones by image; each zone of a row is judged by itself."""
    zones: dict[str, list[ZoneScore]] = {}
    for row in rows:
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        location, fields = row
        name = fields["filename"]
        if name in zones:
            detail = "keep one row of zone scores an image"
            rejected.append(Rejected(location, name, "duplicate_score", detail))
            continue
        found = zones.setdefault(name, [])
        for column, (zone, annotator) in _ZONE_COLUMNS.items():
            score = zone_score_of(location, name, zone, fields[column], annotator)
            if isinstance(score, Rejected):
                rejected.append(score)
            else:
                found.append(score)
    return zones


def _repeated(scores: Mapping[str, list[Score]]) -> Iterator[Rejected]:
    """All scores of an image but its first, which are taken away."""
    for name, found in scores.items():
        for score in found[1:]:
            yield Rejected(score.location, name, "duplicate_score", "keep one score an image")
        del found[1:]


def _image(
    location: Location,
    row: Mapping[str, str],
    boxes: dict[str, list[DrawnBox]],
    scores: dict[str, list[Score]],
    zones: dict[str, list[ZoneScore]],
) -> ListedImage | Rejected:
    name = row["filename"]
    if not name:
        return Rejected(location, None, "missing_id", "expected a filename")
    if row["modality"].lower() not in _MODALITIES:
        detail = f"has modality {row['modality'][:16]!r}; expected X-ray"
        return Rejected(location, name, "not_radiograph", detail)
    # Taken out, so that what is left belongs to no image, and a repeated row gets nothing.
    score = scores.pop(name, [])
    return ListedImage(
        location,
        name,
        f"{row.get('folder') or 'images'}/{name}",
        subject_id=row["patientid"] or None,
        report_id=name,
        view=view_of(row["view"]) or "OTHER",
        boxes=tuple(boxes.pop(name, ())),
        score=score[0] if score else None,
        zones=tuple(zones.pop(name, ())),
    )


def _score(row: Row) -> tuple[str, Score | Rejected]:
    location, fields = row
    name, extent, opacity = (fields[column] for column in _SCORE_COLUMNS)
    return name, score_of(location, name, extent, opacity)


def _box(row: Row) -> tuple[str, DrawnBox | Rejected]:
    location, fields = row
    name, label = fields["filename"], fields["label"]
    return name, box_of(location, name, fields, label=label, annotator="mask of radiologists")
