"""Stage teach: boxes that attention finds where labels affirm an opacity, for a detector to learn.

Boxes are few, and labels of reports are many. A network that learnt both says where an image has
what its report affirms; images whose report affirms nothing have no box. A detector that learns
from these as well has seen more opacities, and many more chests without any (self-training, with
labels to say on which images; after Lee, ICML workshop 2013, and Sohn et al., STAC, 2020).
"""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from command_line.summary import StageSummary
from data_contracts.images import BOXES, IMAGES
from data_contracts.locking import one_run
from data_contracts.storage import read_table, write_table
from data_contracts.tables import LABELS
from data_contracts.together import place_together, waiting
from model.baselines.reading import image_boxes
from model.images.picture_hash import near_pairs
from model.reading.findings import Findings
from model.reading.reader import RegionReader, load_reader
from model.scoring.calibration import best_threshold
from model.settings import ModelSettings
from model.tensors.apart import open_part
from model.tensors.cohorts import Cohort, CohortError
from model.tensors.region_rows import images_with_regions
from model.tensors.scored import PARTS

#: Who drew the boxes.
ANNOTATOR: Final = "attention"
_TRAINING: Final = "training"
_AFFIRMED, _UNCERTAIN = 1, -1


class Told(NamedTuple):
    """What labels say of reports.

    Attributes:
        affirmed: ids of those that affirm what is looked for.
        silent: ids of those that affirm nothing at all, and leave nothing open.
    """

    affirmed: frozenset[str]
    silent: frozenset[str]


@one_run
def teach(*, settings: ModelSettings, tables: Path, models: Path, out: Path) -> StageSummary:
    """Write the images that a detector can learn from beside the cohort with boxes.

    An image to train on whose labels affirm one of the queries gets its likeliest boxes, those
    above the threshold with the best F1 on the held-back images of the cohort with boxes. One
    whose labels affirm nothing gets none. All others stay out, and those that the cohort with
    boxes has.

    Args:
        settings: cohorts, queries, and how many boxes an image gets.
        tables: folder of labels, vocabulary and embeddings.
        models: folder of `regions` and `network`.
        out: folder for `images.parquet` and `boxes.parquet`; paths start where those of the cohort
            to train on do.

    Raises:
        TableNotFoundError: a stage before has not been run.
        WeightsError: there is no trained network.
        CohortError: no image gets a box.
    """
    started = time.perf_counter()
    boxed = open_part(PARTS[0], settings, settings.targets)
    labels = read_table(LABELS, tables / "labels.parquet")
    cohort = open_part(_TRAINING, settings).of_split("train")
    cohort = cohort.with_reports(frozenset(labels["report_id"].to_pylist()))
    without = _unboxed(cohort, boxed, settings.cohorts.same_picture)
    told = told_by(labels, settings.queries)
    of_report = {image.image_id: image.report_id for image in without.images}
    affirmed = [name for name, report in of_report.items() if report in told.affirmed]
    silent = [name for name, report in of_report.items() if report in told.silent]
    held_back = boxed.of_split("validate")
    reader = load_reader(models / "network", settings.queries)
    least_score, _ = best_threshold(image_boxes(_read(reader, models, held_back), held_back))
    found = {one.image_id: one for one in _read(reader, models, without)}
    label = _label(boxed)
    rows = [
        row
        for name in affirmed
        for row in _rows(found[name], label, least_score, settings.teaching.most_boxes)
    ]
    if not rows:
        raise CohortError(
            f"cohort '{_TRAINING}': attention finds nothing above its threshold on the "
            f"{len(affirmed)} images whose labels affirm one of {', '.join(settings.queries)}; "
            "there is nothing to teach"
        )
    taught = {row["image_id"] for row in rows}
    images = read_table(IMAGES, settings.cohorts.training.tables / f"{IMAGES.name}.parquet")
    wanted = pa.array(sorted(taught.union(silent)), pa.string())
    written = {
        IMAGES: images.filter(pc.is_in(images["image_id"], value_set=wanted)),
        BOXES: pa.Table.from_pylist(rows, schema=BOXES.schema()),
    }
    outputs = {contract: out / f"{contract.name}.parquet" for contract in written}
    for contract, table in written.items():
        write_table(contract, table, waiting(outputs[contract]))
    place_together(list(outputs.values()))
    return StageSummary(
        stage="teach",
        counts={
            "images": len(cohort.images),
            "left_out_boxed": len(cohort.images) - len(without.images),
            "affirmed": len(affirmed),
            "taught_images": len(taught),
            "taught_boxes": len(rows),
            "without_a_box": len(silent),
            "least_score": round(least_score, 4),
        },
        seconds=time.perf_counter() - started,
        outputs=tuple(outputs.values()),
    )


def told_by(labels: pa.Table, queries: tuple[str, ...]) -> Told:
    """Which reports affirm one of the queries, and which affirm nothing.

    Args:
        labels: a row a report, a column a concept; see the contract `labels`.
        queries: concepts that are looked for.
    """
    names = np.array(labels["report_id"].to_pylist(), dtype=object)
    concepts = LABELS.family_names(labels.column_names)
    affirmed, said = np.zeros((2, len(names)), dtype=np.bool_)
    for concept in concepts:
        values = _values(labels[concept])
        said |= (values == _AFFIRMED) | (values == _UNCERTAIN)
        if concept in queries:
            affirmed |= values == _AFFIRMED
    return Told(frozenset(names[affirmed].tolist()), frozenset(names[~said].tolist()))


def _values(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    values: npt.NDArray[np.int64] = pc.fill_null(column, 0).to_numpy().astype(np.int64)
    return values


def _read(reader: RegionReader, models: Path, cohort: Cohort) -> list[Findings]:
    """What attention finds on a cohort's images."""
    regions = models / "regions" / f"{cohort.part}.parquet"
    return list(reader.read(list(images_with_regions(regions, cohort))))


def _unboxed(cohort: Cohort, boxed: Cohort, same_picture: int) -> Cohort:
    """The images that are not, under whatever name, in the cohort with boxes."""
    hashes, others = (
        [image.picture_hash for image in images] for images in (cohort.images, boxed.images)
    )
    known = {near.row for near in near_pairs(hashes, others, same_picture)}
    return cohort.only(
        (image for row, image in enumerate(cohort.images) if row not in known),
        "beside those of the cohort with boxes",
    )


def _label(boxed: Cohort) -> str:
    """What most boxes of a cohort enclose."""
    counts = Counter(kind for kinds in boxed.kind_of.values() for kind in kinds.tolist())
    most: str = boxed.kinds[counts.most_common(1)[0][0]]
    return most


def _rows(found: Findings, label: str, least_score: float, most: int) -> Iterator[dict[str, Any]]:
    """Rows of `boxes`: an image's likeliest boxes."""
    shown = [box for box in found.boxes if box.score >= least_score]
    for number, box in enumerate(shown[:most]):
        left, upper, right, lower = box.edges
        yield {
            "box_id": f"{found.image_id}/{number}",
            "image_id": found.image_id,
            "x": left,
            "y": upper,
            "width": right - left,
            "height": lower - upper,
            "label": label,
            "annotator": ANNOTATOR,
        }
