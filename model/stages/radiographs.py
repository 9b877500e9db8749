"""Stage radiographs: draw the phantom cohort's pictures and write the tables about them."""

import hashlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
from PIL import Image
from rich.progress import TimeRemainingColumn
from threadpoolctl import threadpool_limits

from command_line.progress import progress_bar
from command_line.summary import StageSummary
from command_line.workers_end import end_with
from data_contracts.contract import Contract
from data_contracts.file_digests import file_sha256
from data_contracts.images import ATTRIBUTES, BOXES, IMAGES, SEVERITY
from data_contracts.locking import one_run
from data_contracts.phantom import LESIONS, ROLES, STUDIES
from data_contracts.pictures.raster import read_raster
from data_contracts.placing import take_place, unfinished_folder
from data_contracts.storage import PartedTable, count_rows, is_current, part_paths, read_parts
from data_contracts.together import remove
from data_contracts.whole_files import naming, whole_file
from model.images.picture_hash import picture_hash
from model.phantom.cohort import PhantomImage, read_cohort
from model.phantom.radiograph import Box, draw_radiograph
from model.phantom.sheet import draw_sheet
from model.settings import RadiographSettings

#: Width of what a picture shows, from one arm to the other.
_WIDTH_MM: Final = 400.0
_PART_ROWS: Final = 500
_QUALITY: Final = 92
_CHUNK: Final = 8
_PICTURES: Final = "pictures"
_CONTRACTS: Final[tuple[Contract, ...]] = (IMAGES, BOXES, SEVERITY, ATTRIBUTES)


class _Drawn(NamedTuple):
    checksum: str
    picture_hash: str
    boxes: tuple[Box, ...]


@one_run
def radiographs(*, settings: RadiographSettings, phantom: Path, out: Path) -> StageSummary:
    """Draw a radiograph for every study of the phantom cohort.

    Writes `pictures/ROLE/STUDY.jpg`, the tables `images`, `boxes`, `severity` and `attributes`,
    and `sheet.png` to look at. What a broken run had finished is kept; equal studies, size and
    code give equal files, however many workers there are.

    Args:
        settings: size and number of processes.
        phantom: folder of `studies.parquet` and `lesions.parquet`.
        out: folder to write to.

    Raises:
        TableNotFoundError: the phantom stage has not been run.
        ContractError: its tables were written by another release.
    """
    started = time.perf_counter()
    fingerprint = _fingerprint(settings.size, phantom)
    images = [image for part in read_cohort(phantom) for image in part]
    concepts = sorted(frozenset[str]().union(*(image.concepts for image in images)))
    firsts = range(0, len(images), _PART_ROWS)
    paths = {contract: out / f"{contract.name}.parquet" for contract in _CONTRACTS}
    new = unfinished_folder(out)
    if all(is_current(path, fingerprint, len(firsts)) for path in paths.values()):
        remove(new)  # a run may have been killed once all had its place
    else:
        tables = [PartedTable(c, new / f"{c.name}.parquet", fingerprint) for c in _CONTRACTS]
        if not any(table.has_part(0) for table in tables):
            # Pictures of a run that was broken, with other studies or of another size.
            shutil.rmtree(new / _PICTURES, ignore_errors=True)
        _draw_missing(settings, tables, images, firsts, concepts, new)
        _write_sheet(images, settings.size, new / "sheet.png")
        for table in tables:
            table.commit(len(firsts))
        take_place(new, out, _is_own)
    return StageSummary(
        stage="radiographs",
        counts=_count(paths),
        seconds=time.perf_counter() - started,
        outputs=(*paths.values(), out / "sheet.png"),
    )


def _draw_missing(
    settings: RadiographSettings,
    tables: Sequence[PartedTable],
    images: Sequence[PhantomImage],
    firsts: range,
    concepts: Sequence[str],
    out: Path,
) -> None:
    for role in ROLES:
        (out / _PICTURES / role).mkdir(parents=True, exist_ok=True)
    draw = partial(_draw, size=settings.size, out=out)
    with (
        ProcessPoolExecutor(
            settings.workers, initializer=_work_alone, initargs=(os.getpid(),)
        ) as pool,
        progress_bar("pictures", TimeRemainingColumn()) as progress,
    ):
        bar = progress.add_task("radiographs", total=len(images))
        for index, first in enumerate(firsts):
            of_part = images[first : first + _PART_ROWS]
            if not all(table.has_part(index) for table in tables):
                drawn: list[_Drawn] = []
                for one in pool.map(draw, of_part, chunksize=_CHUNK):
                    drawn.append(one)
                    progress.advance(bar)
                rows = _rows(of_part, drawn, settings.size, concepts)
                for table in tables:
                    table.write_part(index, rows[table.contract.name])
            progress.update(bar, completed=min(first + _PART_ROWS, len(images)))


def _work_alone(parent: int) -> None:
    end_with(parent)
    # A picture's matrices are small: threads of a worker would only wait for those of the other.
    threadpool_limits(1)


def _draw(image: PhantomImage, *, size: int, out: Path) -> _Drawn:
    """Draw one picture and put it in its place, whole or not at all."""
    radiograph = draw_radiograph(image.study, size)
    file = BytesIO()
    Image.fromarray(radiograph.pixels).save(file, "JPEG", quality=_QUALITY)
    path = out / _path(image)
    partial_path = path.with_name(f".{path.name}.partial")
    with naming(path):
        partial_path.write_bytes(file.getvalue())
        os.replace(partial_path, path)
    checksum = hashlib.sha256(file.getvalue()).hexdigest()
    return _Drawn(checksum, picture_hash(read_raster(path)), radiograph.boxes)


def _path(image: PhantomImage) -> str:
    return f"{_PICTURES}/{image.role}/{image.study_id}.jpg"


def _rows(
    images: Sequence[PhantomImage], drawn: Sequence[_Drawn], size: int, concepts: Sequence[str]
) -> dict[str, pa.Table]:
    spacing = _WIDTH_MM / size
    pictures: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    scores: list[dict[str, Any]] = []
    for image, (checksum, hashed, found) in zip(images, drawn, strict=True):
        pictures.append(
            {
                "image_id": image.study_id,
                "subject_id": image.subject_id,
                "study_id": image.study_id,
                "report_id": image.report_id,
                "cohort": f"phantom_{image.role}",
                "split": image.split,
                "path": _path(image),
                "view": image.study.view,
                "width": size,
                "height": size,
                "spacing_x": spacing,
                "spacing_y": spacing,
                "checksum": checksum,
                "picture_hash": hashed,
            }
        )
        for number, box in enumerate(found):
            boxes.append(
                {
                    "box_id": f"{image.study_id}/{number}",
                    "image_id": image.study_id,
                    **box._asdict(),
                    "phrase": None,
                    "annotator": "phantom",
                }
            )
        scores.append(
            {
                "image_id": image.study_id,
                "geographic_extent": image.geographic_extent,
                "opacity": image.opacity,
            }
        )
    shown = [
        {"image_id": image.study_id, "concept_id": name, "present": name in image.concepts}
        for image in images
        for name in concepts
    ]
    rows = {IMAGES: pictures, BOXES: boxes, SEVERITY: scores, ATTRIBUTES: shown}
    return {
        contract.name: pa.Table.from_pylist(of_table, contract.schema())
        for contract, of_table in rows.items()
    }


def _is_own(entry: Path) -> bool:
    return entry.name in (_PICTURES, "sheet.png") or entry.suffix == ".parquet"


def _write_sheet(images: Sequence[PhantomImage], size: int, path: Path) -> None:
    with whole_file(path) as partial_path:
        draw_sheet(images, size).save(partial_path, "PNG")


def _fingerprint(size: int, phantom: Path) -> str:
    """A digest of all that the pictures depend on: size, studies and the code behind them."""
    versions = [contract.version for contract in _CONTRACTS]
    digest = hashlib.sha256(str((size, versions)).encode())
    digest.update((resources.files("model.images") / "picture_hash.py").read_bytes())
    for contract in (STUDIES, LESIONS):
        for part in part_paths(contract, phantom / f"{contract.name}.parquet"):
            digest.update(file_sha256(part).encode())
    package = resources.files("model.phantom")
    for module in sorted(package.iterdir(), key=lambda entry: entry.name):
        if module.name.endswith(".py"):
            digest.update(module.read_bytes())
    return digest.hexdigest()


def _count(paths: dict[Contract, Path]) -> dict[str, int | float]:
    cohorts: Counter[str] = Counter()
    for part in read_parts(IMAGES, paths[IMAGES], ("cohort",)):
        cohorts.update(part["cohort"].to_pylist())
    labels: Counter[str] = Counter()
    for part in read_parts(BOXES, paths[BOXES], ("label",)):
        labels.update(part["label"].to_pylist())
    counts: dict[str, int | float] = {"images": count_rows(IMAGES, paths[IMAGES])}
    counts.update({f"images_{name}": cohorts[name] for name in sorted(cohorts)})
    counts["boxes"] = labels.total()
    counts.update({f"boxes_{name.partition(':')[2]}": labels[name] for name in sorted(labels)})
    return counts
