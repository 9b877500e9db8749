"""Stage predict: read images, and write what they show as tables, JSON, COCO and pictures."""

import time
from collections.abc import Sequence
from pathlib import Path

from command_line.json_files import write_json
from command_line.progress import progress_bar
from command_line.summary import StageSummary
from data_contracts.pictures.unreadable import UnreadableImageError
from data_contracts.quarantine import Location, Rejected
from data_contracts.storage import write_table
from data_contracts.tables import QUARANTINE
from model.figures.reading import draw_reading
from model.figures.style import save
from model.images.tables import quarantine_table
from model.methods.registry import OURS
from model.prediction.coco import coco_of
from model.prediction.plain import plain_of
from model.prediction.predictor import Predicted, image_files, load_predictor
from model.prediction.predictor import predict as read_images
from model.reading.tables import write_findings
from model.settings import ModelSettings


def predict(
    *, settings: ModelSettings, images: Sequence[Path], models: Path, out: Path
) -> StageSummary:
    """Read images without any report.

    Args:
        settings: how many regions, and which concepts make boxes.
        images: DICOM, PNG or JPEG files, and folders of them.
        models: folder of the trained detector and network, and of their threshold.
        out: folder for `predictions.json`, `coco.json`, `predictions.parquet`,
            `readings.parquet`, `maps.parquet`, `quarantine.parquet` and `overlays/`.

    Raises:
        WeightsError: something is not trained, or of another release.
        PredictionError: there is no image, or no threshold.
    """
    started = time.perf_counter()
    files = image_files(images)
    predictor = load_predictor(models, settings)
    read: list[Predicted] = []
    unreadable: list[UnreadableImageError] = []
    overlays = out / "overlays"
    overlays.mkdir(parents=True, exist_ok=True)
    with progress_bar("images") as progress:
        bar = progress.add_task("predict", total=len(files))
        for one in read_images(files, predictor):
            progress.advance(bar)
            if isinstance(one, UnreadableImageError):
                unreadable.append(one)
                continue
            save(
                draw_reading(one.picture, one.findings, one.shown),
                overlays / f"{one.path.name}.png",
            )
            read.append(one)
    outputs = _write(read, unreadable, out)
    return StageSummary(
        stage="predict",
        counts={
            "images": len(read),
            "quarantined": len(unreadable),
            "boxes": sum(len(one.shown) for one in read),
        },
        seconds=time.perf_counter() - started,
        outputs=(*outputs, overlays),
    )


def _write(
    read: Sequence[Predicted], unreadable: Sequence[UnreadableImageError], out: Path
) -> tuple[Path, ...]:
    write_json([plain_of(one) for one in read], out / "predictions.json")
    write_json(coco_of(read), out / "coco.json")
    tables = write_findings(OURS, [one.counted for one in read], out)
    rejected = [
        Rejected(Location(str(e.path), 0), e.path.name, e.reason, e.detail) for e in unreadable
    ]
    write_table(QUARANTINE, quarantine_table(rejected), out / "quarantine.parquet")
    return (
        out / "predictions.json",
        out / "coco.json",
        *tables.values(),
        out / "quarantine.parquet",
    )
