"""Candidate regions as rows of their table, and back as arrays."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_contracts.errors import ContractError
from data_contracts.regions import REGIONS
from data_contracts.storage import part_paths, read_part
from model.scoring.overlap import Boxes
from model.tensors.cohorts import Cohort, CohortError, CohortImage

_Number = TypeVar("_Number", bound=np.generic)

#: Numbers of a region's geometry: four edges and its share of the image.
GEOMETRY: Final = 5


@dataclass(frozen=True, slots=True)
class ImageRegions:
    """An image's candidate regions, the likeliest first.

    Attributes:
        image: the image.
        boxes: [R, 4] in its own pixels.
        objectness: [R] 0 to 1.
        features: [R, V] float16.
    """

    image: CohortImage
    boxes: Boxes
    objectness: npt.NDArray[np.float32]
    features: npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class RegionArrays:
    """Regions of several images, padded to as many each.

    Attributes:
        image_ids: [I] the images, in the table's order.
        boxes: [I, R, 4] edges in each image's own pixels.
        geometry: [I, R, 5] see `geometry_of`.
        objectness: [I, R] 0 to 1.
        features: [I, R, V] float16.
        mask: [I, R] true where there is a region.
    """

    image_ids: tuple[str, ...]
    boxes: npt.NDArray[np.float32]
    geometry: npt.NDArray[np.float32]
    objectness: npt.NDArray[np.float32]
    features: npt.NDArray[np.float16]
    mask: npt.NDArray[np.bool_]

    def take(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> "RegionArrays":
        """Those of some of the images."""
        chosen = np.asarray(rows, dtype=np.int64)
        return RegionArrays(
            tuple(self.image_ids[row] for row in chosen),
            self.boxes[chosen],
            self.geometry[chosen],
            self.objectness[chosen],
            self.features[chosen],
            self.mask[chosen],
        )


def geometry_of(boxes: Boxes, width: int, height: int) -> npt.NDArray[np.float32]:
    """[R, 5] left, upper, right and lower edge over the image's sides, and the share of its area.

    Args:
        boxes: [R, 4] in the image's own pixels.
        width: the image's, in pixels.
        height: the image's, in pixels.
    """
    edges = boxes / np.array([width, height, width, height])
    share = (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])
    geometry: npt.NDArray[np.float32] = np.column_stack([edges, share]).astype(np.float32)
    return geometry


def region_table(images: Iterable[ImageRegions]) -> pa.Table:
    """Rows of the table `regions`."""
    found = list(images)
    counts = [len(one.boxes) for one in found]
    boxes = np.concatenate([np.zeros((0, 4)), *(one.boxes for one in found)]).astype(np.float32)
    geometry = [geometry_of(one.boxes, one.image.width, one.image.height) for one in found]
    columns = {
        "image_id": np.repeat([one.image.image_id for one in found], counts),
        "number": np.concatenate([np.arange(0), *map(np.arange, counts)]).astype(np.int32),
        "x": boxes[:, 0],
        "y": boxes[:, 1],
        "width": np.maximum(boxes[:, 2] - boxes[:, 0], 0),
        "height": np.maximum(boxes[:, 3] - boxes[:, 1], 0),
        "objectness": np.concatenate([np.zeros(0, np.float32), *(one.objectness for one in found)]),
    }
    arrays = {name: pa.array(values) for name, values in columns.items()}
    arrays["geometry"] = _lists(geometry, GEOMETRY, np.float32)
    arrays["features"] = _lists([one.features for one in found], None, np.float16)
    arrays["image_id"] = arrays["image_id"].cast(pa.string())
    return pa.table(arrays)


def read_regions(part: Path) -> RegionArrays:
    """One part file of the table `regions` as arrays.

    Raises:
        ContractError: it is of another release, or its features differ in length.
    """
    columns = [name for name in REGIONS.column_names if name != "number"]
    table = read_part(REGIONS, part, columns)
    images = table["image_id"].to_numpy()
    changes = images[1:] != images[:-1]
    starts = np.flatnonzero(np.concatenate([[len(images) > 0], changes]))
    counts = np.diff(np.concatenate([starts, [len(images)]]))
    row = np.repeat(np.arange(len(starts)), counts)
    slot = np.arange(len(images)) - np.repeat(starts, counts)
    most = int(counts.max()) if len(counts) else 0

    def padded(values: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
        out = np.zeros((len(starts), most, *values.shape[1:]), dtype=values.dtype)
        out[row, slot] = values
        return out

    edges = [table[name].to_numpy() for name in ("x", "y", "width", "height")]
    boxes = np.stack([edges[0], edges[1], edges[0] + edges[2], edges[1] + edges[3]], axis=1)
    return RegionArrays(
        tuple(images[starts].tolist()),
        padded(boxes),
        padded(_matrix(table["geometry"], part)),
        padded(table["objectness"].to_numpy()),
        padded(_matrix(table["features"], part)),
        padded(np.ones(len(images), dtype=np.bool_)),
    )


def images_with_regions(path: Path, cohort: Cohort) -> Iterator[ImageRegions]:
    """A cohort's images with their regions, in the table's order, a part at a time.

    Raises:
        TableNotFoundError: the stage regions has not been run.
        CohortError: some of the images have no regions there.
    """
    wanted = {image.image_id: image for image in cohort.images}
    for part in part_paths(REGIONS, path):
        arrays = read_regions(part)
        for row, image_id in enumerate(arrays.image_ids):
            image = wanted.pop(image_id, None)
            if image is not None:
                there = arrays.mask[row]
                yield ImageRegions(
                    image,
                    arrays.boxes[row, there].astype(np.float64),
                    arrays.objectness[row, there],
                    arrays.features[row, there],
                )
    if wanted:
        raise CohortError(
            f"{path}: no regions of {len(wanted)} images of cohort '{cohort.part}', such as "
            f"{next(iter(wanted))}; find the regions again from the same list of images"
        )


def _matrix(column: pa.ChunkedArray, where: Path) -> npt.NDArray[Any]:
    """[rows, length] of a list column whose lists have one length."""
    lists = column.combine_chunks()
    lengths = np.diff(lists.offsets.to_numpy())
    if len(lengths) and (lengths != lengths[0]).any():
        raise ContractError(
            f"{where}: lists of {lengths.min()} to {lengths.max()} numbers; "
            "expected one length; find the regions again"
        )
    values: npt.NDArray[Any] = lists.flatten().to_numpy()
    return values.reshape(len(lengths), -1)


def _lists(
    matrices: Sequence[npt.NDArray[Any]], width: int | None, kind: type[np.generic]
) -> pa.Array:
    stacked = np.concatenate(matrices).astype(kind) if matrices else np.zeros((0, width or 0), kind)
    offsets = np.arange(len(stacked) + 1, dtype=np.int32) * stacked.shape[1]
    return pa.ListArray.from_arrays(offsets, stacked.reshape(-1))
