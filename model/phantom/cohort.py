"""The cohort's studies as their tables tell them, ready to be drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data_contracts.phantom import LESIONS, STUDIES
from data_contracts.storage import read_parts
from model.phantom.opacities import Lesion
from model.phantom.radiograph import Study

_NOT_DRAWN: Final = "resolved"
_MEASURES: Final = (
    "kind", "finding", "side", "center_x", "center_y", "width", "height", "density",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhantomImage:
    """A study to draw and what its row in the tables needs.

    Attributes:
        study_id: also the image's id, as each study has one picture.
        role: the cohort it belongs to.
    """

    study_id: str
    subject_id: str
    report_id: str | None
    role: str
    split: str
    geographic_extent: float
    opacity: float
    study: Study


def read_cohort(folder: Path) -> Iterator[list[PhantomImage]]:
    """The studies of `studies.parquet` and `lesions.parquet`, a part at a time.

    Raises:
        TableNotFoundError: the phantom stage has not been run.
        ContractError: a table was written by another release.
    """
    lesions: dict[str, list[Lesion]] = {}
    for part in read_parts(LESIONS, folder / "lesions.parquet"):
        for row in part.to_pylist():
            if row["age"] != _NOT_DRAWN:
                measures = {name: row[name] for name in _MEASURES}
                lesions.setdefault(row["study_id"], []).append(Lesion(**measures))
    for part in read_parts(STUDIES, folder / "studies.parquet"):
        yield [_image(row, lesions.pop(row["study_id"], [])) for row in _rows(part)]


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _image(row: dict[str, Any], lesions: list[Lesion]) -> PhantomImage:
    return PhantomImage(
        study_id=row["study_id"],
        subject_id=row["subject_id"],
        report_id=row["report_id"],
        role=row["role"],
        split=row["split"],
        geographic_extent=float(row["geographic_extent"]),
        opacity=float(row["opacity"]),
        study=Study(
            role=row["role"],
            seed=row["seed"],
            view=row["view"],
            heart_ratio=row["heart_ratio"],
            lung_volume=row["lung_volume"],
            devices=tuple(row["devices"]),
            lesions=tuple(lesions),
        ),
    )
