"""Stage images: from a data set's files to the tables of images, boxes and scores."""

import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from command_line.progress import progress_bar
from command_line.summary import StageSummary
from data_contracts.contract import Contract
from data_contracts.images import BOXES, IMAGE_NOTES, IMAGES, SEVERITY, ZONE_SCORES
from data_contracts.locking import one_run
from data_contracts.quarantine import Rejected
from data_contracts.quarantining import Quarantine
from data_contracts.storage import write_table
from data_contracts.tables import QUARANTINE
from data_contracts.together import place_together, waiting
from model.images.agreement import agreed_boxes
from model.images.box_fitting import FittedBox, fit_boxes
from model.images.inspection import Inspect, Inspected, Unusable, inspecting
from model.images.selection import Selection
from model.images.sources.records import ListedImage
from model.images.sources.registry import open_images
from model.images.tables import ImageTables

# Enough to keep all cores busy, few enough to show progress.
_BATCH: Final = 512

#: Images that a notice names.
_NAMED: Final = 10
#: What a notice says of images, by their note.
_SAID: Final = {
    "display_table_unusable": "have a look-up table that cannot be used; their window or their "
    "range of values was taken",
    "nearly_black": "come out nearly black; look at them before training",
    "nearly_flat": "come out nearly flat; look at them before training",
}

_Read = tuple[ListedImage, Inspected | None]


@one_run
def images(
    *,
    kind: str,
    path: Path,
    out: Path,
    annotations: Path | None = None,
    all_views: bool = False,
    merge_annotators: bool = False,
    workers: int = 1,
) -> StageSummary:
    """Read a data set's images and boxes, and set aside what cannot be used.

    Args:
        kind: the data set's layout, one of `model.images.sources.registry.KINDS`.
        path: its folder; paths of the images table start there.
        out: folder to put `images.parquet`, `boxes.parquet`, `severity.parquet`,
            `zone_scores.parquet`, `image_notes.parquet` and `quarantine.parquet` in. Equal files
            give equal tables, whatever `workers` is.
        annotations: its tables or JSON, where they lie elsewhere.
        all_views: keep lateral and other views too.
        merge_annotators: merge the boxes of an image's annotators where they agree; see
            `model.images.agreement`.
        workers: processes that decode images.

    Raises:
        ImageSourceError: the kind is unknown, or the folder is not laid out as the kind says.
    """
    started = time.perf_counter()
    source = open_images(kind, path, annotations)
    tables, rejected = ImageTables(kind), Quarantine()
    tallies: Counter[str] = Counter(boxes_clipped=0)
    if merge_annotators:
        tallies["boxes_merged_away"] = 0
    selection = Selection(all_views=all_views)
    with progress_bar("records") as progress, inspecting(source.root, workers) as inspect:
        bar = progress.add_task("images", total=source.total)
        while batch := list(islice(source.records, _BATCH)):
            for image, inspected in _read(batch, selection, inspect, rejected):
                if inspected is None:
                    for record in _left_behind(image):
                        rejected.add(record)
                else:
                    boxes = list(_boxes(image, inspected, rejected))
                    tallies["boxes_clipped"] += sum(fitted.clipped for fitted in boxes)
                    if merge_annotators:
                        drawn, boxes = len(boxes), agreed_boxes(boxes, image.readers)
                        tallies["boxes_merged_away"] += drawn - len(boxes)
                    _add(tables, image, inspected, boxes)
            progress.advance(bar, len(batch))
    written: dict[Contract, pa.Table] = {
        **tables.tables(),
        QUARANTINE: rejected.table(),
    }
    outputs = {contract: out / f"{contract.name}.parquet" for contract in written}
    for contract, table in written.items():
        write_table(contract, table, waiting(outputs[contract]))
    place_together(list(outputs.values()))
    return StageSummary(
        stage="images",
        counts={**_counts(written, rejected), **tallies, **source.tallies},
        seconds=time.perf_counter() - started,
        outputs=tuple(outputs.values()),
        notices=(*source.notices, *_notices(written[IMAGE_NOTES])),
    )


def _read(
    batch: list[ListedImage | Rejected],
    selection: Selection,
    inspect: Inspect,
    rejected: Quarantine,
) -> Iterator[_Read]:
    """A batch's images, in its order, with what was found of their files, or None where unusable.

    What is against each goes to `rejected`.
    """
    against: list[Rejected | None] = [
        record if isinstance(record, Rejected) else selection.before_reading(record)
        for record in batch
    ]
    paths = [
        record.path
        for record, found in zip(batch, against, strict=True)
        if isinstance(record, ListedImage) and found is None
    ]
    inspected = iter(inspect(paths))
    for record, found in zip(batch, against, strict=True):
        if isinstance(record, Rejected):
            rejected.add(record)
            continue
        seen = next(inspected) if found is None else None
        if isinstance(seen, Unusable):
            found = Rejected(record.location, record.image_id, seen.reason, seen.detail)
        elif seen is not None:
            found = selection.after_reading(record, seen)
        if found is not None:
            rejected.add(found)
        yield record, seen if found is None and isinstance(seen, Inspected) else None


def _left_behind(image: ListedImage) -> Iterator[Rejected]:
    """Boxes and scores of an image that is not used."""
    score = (image.score,) if image.score is not None else ()
    parts = (*image.boxes, *score, *image.zones)
    for location in dict.fromkeys(part.location for part in parts):
        detail = "belongs to an image that is in quarantine itself; see the reason there"
        yield Rejected(location, image.image_id, "image_not_used", detail)


def _boxes(image: ListedImage, inspected: Inspected, rejected: Quarantine) -> Iterator[FittedBox]:
    """An image's boxes on its picture; what is against the others goes to `rejected`."""
    for fitted in fit_boxes(image, inspected.facts):
        if isinstance(fitted, Rejected):
            rejected.add(fitted)
        else:
            yield fitted


def _add(
    tables: ImageTables, image: ListedImage, inspected: Inspected, boxes: list[FittedBox]
) -> None:
    """Add an image with all that belongs to it."""
    tables.add_image(image, inspected)
    for box in boxes:
        tables.add_box(image, box)
    if image.score is not None:
        tables.add_score(image, image.score)
    for zone in image.zones:
        tables.add_zone(image, zone)


def _notices(notes: pa.Table) -> Iterator[str]:
    """What was noted, with the images that it was noted of."""
    for note, said in _SAID.items():
        of = notes.filter(pc.equal(notes["note"], note))["image_id"].to_pylist()
        if of:
            more = f" and {len(of) - _NAMED:,} more" if len(of) > _NAMED else ""
            yield f"{len(of):,} images {said} (image_notes): {', '.join(of[:_NAMED])}{more}"


def _counts(written: dict[Contract, pa.Table], rejected: Quarantine) -> dict[str, int | float]:
    table = written[IMAGES]
    views, noted = _times(table["view"]), _times(written[IMAGE_NOTES]["note"])
    return {
        "images": table.num_rows,
        "patients": pc.count_distinct(table["subject_id"]).as_py(),
        **{f"view_{view}": count for view, count in views.items()},
        "boxes": written[BOXES].num_rows,
        "images_with_boxes": pc.count_distinct(written[BOXES]["image_id"]).as_py(),
        "scored": written[SEVERITY].num_rows,
        "zones_scored": written[ZONE_SCORES].num_rows,
        **noted,
        "quarantined": len(rejected),
        **{f"quarantined_{reason}": count for reason, count in sorted(rejected.reasons.items())},
    }


def _times(column: pa.ChunkedArray) -> dict[str, int]:
    """How often each value occurs, by its name."""
    return dict(
        sorted(
            (entry["values"] or "unknown", entry["counts"])
            for entry in pc.value_counts(column).to_pylist()
        )
    )
