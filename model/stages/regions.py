"""Stage regions: find candidate regions on the images of every cohort, and read their features."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from command_line.progress import progress_bar
from command_line.summary import StageSummary
from data_contracts.locking import one_run
from data_contracts.placing import keep_too, take_place, unfinished_folder
from data_contracts.regions import REGIONS
from data_contracts.storage import PartedTable, count_rows, is_current
from model.detector.candidates import FEATURES_VERSION, CandidateFinder, Candidates
from model.detector.opening import open_detector
from model.settings import ModelSettings
from model.tensors.apart import open_part
from model.tensors.cohorts import Cohort, check_files
from model.tensors.pictures import Batch, Pictures, in_order
from model.tensors.region_rows import ImageRegions, region_table
from model.training.fingerprint import fingerprint_of, stamps, weights_stamp
from model.training.hardware import device_of, half_precision

#: Images of a part of the table.
PART_IMAGES: Final = 500
_BATCH: Final = 32


@one_run
def regions(*, settings: ModelSettings, detector: Path, out: Path) -> StageSummary:
    """Write each cohort's candidate regions to `out/PART.parquet`, all of them at once.

    What a broken run had finished is kept.

    Args:
        settings: cohorts, picture size, and which regions.
        detector: folder of the trained detector; not read where `regions.source` needs none.
        out: folder to write to.

    Raises:
        WeightsError: there is no trained detector.
        CohortError: a cohort is empty, lacks files, or shares patients or pictures with one that is
            held back.
    """
    started = time.perf_counter()
    finder = CandidateFinder(open_detector(settings, detector), settings.regions).eval()
    origin = weights_stamp(detector) if settings.regions.need_detector else {}
    counts: dict[str, int | float] = {}
    outputs = []
    new = unfinished_folder(out)
    for part, of_part in settings.cohorts.parts().items():
        cohort = open_part(part, settings, settings.targets)
        path = out / f"{part}.parquet"
        fingerprint = fingerprint_of(
            settings.model_dump(mode="json", include={"picture", "regions", "backbone"})
            | origin
            | stamps(of_part.tables, "images")
            | {"cohort": of_part.model_dump(mode="json"), "reading": FEATURES_VERSION}
            | {"images": [image.image_id for image in cohort.images]}
        )
        unfinished = new / path.name
        if is_current(path, fingerprint, _parts_of(cohort)):
            keep_too(path, unfinished)
        else:
            write_regions(finder, cohort, settings, unfinished, fingerprint)
        counts[f"images_{part}"] = len(cohort.images)
        counts[f"regions_{part}"] = count_rows(REGIONS, unfinished)
        counts["left_out_shared"] = counts.get("left_out_shared", 0) + cohort.left_out
        outputs.append(path)
    for stray in set(new.iterdir()) - {new / path.name for path in outputs}:
        shutil.rmtree(stray)  # of a part that a broken run had, and the settings no longer name
    take_place(new, out, lambda entry: entry.suffix == ".parquet" or entry.name.startswith("."))
    return StageSummary("regions", counts, time.perf_counter() - started, tuple(outputs))


def write_regions(
    finder: CandidateFinder,
    cohort: Cohort,
    settings: ModelSettings,
    path: Path,
    fingerprint: str,
) -> None:
    """Write a cohort's regions as a table of parts; finished parts of the same kind are kept."""
    firsts = range(0, len(cohort.images), PART_IMAGES)
    if is_current(path, fingerprint, _parts_of(cohort)):
        return
    check_files(cohort)
    table = PartedTable(REGIONS, path, fingerprint)
    with progress_bar("images") as progress:
        bar = progress.add_task(f"regions of {cohort.part}", total=len(cohort.images))
        for index, first in enumerate(firsts):
            if not table.has_part(index):
                images = cohort.images[first : first + PART_IMAGES]
                found = list(find_regions(finder, cohort.only(images, "here"), settings))
                table.write_part(index, region_table(found))
            progress.update(bar, completed=min(first + PART_IMAGES, len(cohort.images)))
    table.commit(len(firsts))


def _parts_of(cohort: Cohort) -> int:
    return -(-len(cohort.images) // PART_IMAGES)


def find_regions(
    finder: CandidateFinder, cohort: Cohort, settings: ModelSettings
) -> Iterator[ImageRegions]:
    """Candidate regions of a cohort's images, in its order."""
    device = device_of(settings.hardware)
    finder.to(device)
    pictures = Pictures(cohort, settings.picture.size)
    batch: Batch
    for batch in in_order(pictures, _BATCH, settings.hardware.workers):
        with half_precision(settings.hardware, device):
            candidates = finder(batch.pixels.to(device))
        for index, found in zip(batch.positions.tolist(), candidates, strict=True):
            yield _of_image(pictures, index, found)


def _of_image(pictures: Pictures, index: int, found: Candidates) -> ImageRegions:
    boxes = pictures.placement(index).to_image(found.boxes.cpu().double().numpy())
    return ImageRegions(
        pictures.cohort.images[index],
        boxes,
        found.objectness.float().cpu().numpy(),
        found.features.half().cpu().numpy(),
    )
