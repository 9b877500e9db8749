"""Stage predict: read images, and write what they show as tables, JSON, COCO and pictures."""

import hashlib
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from command_line.json_files import write_json
from command_line.progress import progress_bar
from command_line.summary import StageSummary
from data_contracts.locking import one_run
from data_contracts.pictures.unreadable import UnreadableImageError
from data_contracts.placing import placed_folder
from data_contracts.predictions import FOUND_BOXES, MAPS, READINGS
from data_contracts.quarantine import Location, Rejected
from data_contracts.quarantining import quarantine_table
from data_contracts.storage import write_table
from data_contracts.tables import QUARANTINE
from model.figures.reading import draw_reading
from model.figures.style import save
from model.methods.registry import OURS
from model.prediction.coco import coco_of
from model.prediction.plain import document_of
from model.prediction.predictor import Predicted, Predictor, image_files, load_predictor
from model.prediction.predictor import predict as read_images
from model.prediction.provenance import header_of
from model.reading.tables import write_found
from model.settings import ModelSettings

#: In the metadata of each Parquet file: as JSON, what stands at the head of predictions.json.
METADATA_KEY: Final = b"pneumoloc.prediction"
_OVERLAYS: Final = "overlays"
#: Bytes of an image's name that its picture's may hold; most systems take 255 in all.
_LONGEST_NAME: Final = 180
_FILES: Final = (
    "predictions.json",
    "coco.json",
    *(f"{contract.name}.parquet" for contract in (FOUND_BOXES, READINGS, MAPS, QUARANTINE)),
)


@one_run
def predict(
    *, settings: ModelSettings, images: Sequence[Path], models: Path, out: Path
) -> StageSummary:
    """Read images without any report.

    Args:
        settings: how many regions, and which concepts make boxes.
        images: DICOM, PNG or JPEG files, and folders of them.
        models: folder of the trained detector and network, and of their threshold.
        out: folder for `predictions.json`, `coco.json`, `found_boxes.parquet`,
            `readings.parquet`, `maps.parquet`, `quarantine.parquet` and `overlays/`.

    Raises:
        WeightsError: something is not trained, or of another release.
        KeptWeightsError: kept weights are others than their card tells of.
        PredictionError: there is no image, or no threshold.
    """
    started = time.perf_counter()
    files = image_files(images)
    predictor = load_predictor(models, settings)
    read: list[Predicted] = []
    unreadable: list[UnreadableImageError] = []
    with placed_folder(out, _is_own) as new, progress_bar("images") as progress:
        (new / _OVERLAYS).mkdir()
        bar = progress.add_task("predict", total=len(files))
        for one in read_images(files, predictor):
            progress.advance(bar)
            if isinstance(one, UnreadableImageError):
                unreadable.append(one)
                continue
            figure = draw_reading(one.picture, one.findings, one.least_score, one.provenance.lines)
            save(figure, new / _OVERLAYS / _picture_of(one.path.name))
            read.append(one)
        _write(predictor, read, unreadable, new)
    return StageSummary(
        stage="predict",
        counts={
            "images": len(read),
            "quarantined": len(unreadable),
            "boxes": sum(len(one.shown) for one in read),
        },
        seconds=time.perf_counter() - started,
        outputs=tuple(out / name for name in (*_FILES, _OVERLAYS)),
        notices=predictor.provenance.lines,
    )


def _write(
    predictor: Predictor,
    read: Sequence[Predicted],
    unreadable: Sequence[UnreadableImageError],
    out: Path,
) -> None:
    of_run = predictor.provenance, predictor.least_score, datetime.now(UTC)
    write_json(document_of(read, *of_run), out / "predictions.json")
    write_json(coco_of(read, *of_run), out / "coco.json")
    metadata = {METADATA_KEY: json.dumps(header_of(*of_run)).encode()}
    write_found(OURS, [one.findings for one in read], predictor.counts, out, metadata)
    rejected = [
        Rejected(Location(str(e.path), 0), e.path.name, e.reason, e.detail) for e in unreadable
    ]
    write_table(QUARANTINE, quarantine_table(rejected), out / "quarantine.parquet", metadata)


def _picture_of(name: str) -> str:
    """A name for the picture of an image, which systems take whatever the image's is."""
    whole = name.encode()
    if len(whole) > _LONGEST_NAME:
        digest = hashlib.sha256(whole).hexdigest()[:12]
        name = f"{whole[:_LONGEST_NAME].decode(errors='ignore')}-{digest}"
    return f"{name}.png"


def _is_own(entry: Path) -> bool:
    return entry.name in (*_FILES, _OVERLAYS)
