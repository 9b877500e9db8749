"""Radiographs of a reproduction with reference boxes and ours, and what kinds of error are left.

Half of the sheet shows images whose likeliest box is right at IoU 0.3, half those where it is not,
each half drawn by chance from all of its kind; titles say what is wrong. Counts are of all images.
Run it in the folder of a reproduction, after its stage `evaluate`.

    cd reproductions/chestxray8
    uv run python ../../benchmarks/contact_sheet.py ../../docs/chestxray14.jpg
"""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from data_contracts.pictures.pixels import read_pixels
from data_contracts.whole_files import whole_file
from model.figures.contact_sheet import draw_contact_sheet
from model.figures.overlays import Overlay
from model.methods.registry import OURS
from model.reading.scored import scored_images
from model.scoring.calibration import above_threshold
from model.scoring.kinds_of_error import Kind, kind_of_error
from model.scoring.scorecard import ScoredImage
from model.settings import resolve_settings
from model.stages.evaluate import ALL_THRESHOLDS_FILE
from model.tensors.cohorts import open_cohort

PART: Final = "localization"
RIGHT: Final = {Kind.RIGHT, Kind.ABOUT}
QUALITY: Final = 80


def main(
    out: Annotated[Path, typer.Argument(help="The sheet, a JPEG file.")],
    count: Annotated[int, typer.Option(min=2, help="Images on it.")] = 30,
    columns: Annotated[int, typer.Option(min=1)] = 6,
    side: Annotated[int, typer.Option(min=64, help="Pixels of a picture's side.")] = 240,
    predictions: Annotated[Path, typer.Option()] = Path("data/predictions"),
    evaluation: Annotated[Path, typer.Option()] = Path("data/evaluation"),
) -> None:
    """Draw the sheet, and count kinds of error of every method."""
    settings = resolve_settings(Path("params.yaml"), [])
    cohort = open_cohort(PART, settings.cohorts.localization, settings.targets)
    paths = {image.image_id: cohort.path(image) for image in cohort.images}
    found = {
        folder.name: scored_images(folder / PART, cohort, {}, {})
        for folder in sorted(predictions.iterdir())
        if (folder / PART).is_dir()
    }
    kinds = {name: {one.boxes.image_id: _kind(one) for one in own} for name, own in found.items()}
    print("| the likeliest box of an image | " + " | ".join(kinds) + " |")
    print("| --- |" + " ---: |" * len(kinds))
    counts = {name: Counter(own.values()) for name, own in kinds.items()}
    for kind in Kind:
        print(f"| {kind} | " + " | ".join(str(own[kind]) for own in counts.values()) + " |")
    least = _threshold(evaluation / ALL_THRESHOLDS_FILE)
    own = kinds[OURS]
    order = np.random.default_rng(0).permutation(sorted(own)).tolist()
    order.sort(key=lambda name: own[name] not in RIGHT)
    half = count // 2
    right = [name for name in order if own[name] in RIGHT][:half]
    wrong = [name for name in order if own[name] not in RIGHT][: count - len(right)]
    images = {one.boxes.image_id: one for one in found[OURS]}
    wrong.sort(key=lambda name: list(Kind).index(own[name]))
    shown = [
        _overlay(images[name], paths[name], least, str(own[name])) for name in [*right, *wrong]
    ]
    with whole_file(out) as partial:
        draw_contact_sheet(shown, columns, side).save(
            partial, format="JPEG", quality=QUALITY, optimize=True
        )
    print(f"{out}: {len(shown)} images, {out.stat().st_size // 1024} kB")


def _kind(image: ScoredImage) -> Kind:
    boxes = image.boxes
    first = boxes.predicted[int(boxes.scores.argmax())] if len(boxes.scores) else None
    return kind_of_error(first, boxes.reference, image.width)


def _threshold(path: Path) -> float:
    return float(json.loads(path.read_text(encoding="utf-8"))[OURS])


def _overlay(image: ScoredImage, path: Path, least_score: float, title: str) -> Overlay:
    """The image with its boxes above the threshold, the likeliest, which always shows, first."""
    (shown,) = above_threshold([image.boxes], min(least_score, image.boxes.scores.max()))
    order = np.argsort(-shown.scores, kind="stable")
    return Overlay(read_pixels(path), shown.reference, shown.predicted[order], title, {})


if __name__ == "__main__":
    typer.run(main)
