"""The cohort's studies as their tables tell them, ready to be drawn."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from data_contracts.phantom import LESIONS, STUDIES
from data_contracts.storage import read_parts
from model.phantom.opacities import Lesion
from model.phantom.radiograph import Study

_Row = dict[str, Any]

_NOT_DRAWN: Final = "resolved"
#: Findings whose sides, zones and descriptors count, as those that the lexicon calls the lung's.
_OF_THE_LUNG: Final = ("finding:opacity", "finding:consolidation", "finding:atelectasis")
_MEASURES: Final = (
    "kind", "finding", "side", "center_x", "center_y", "width", "height", "density",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhantomImage:
    """A study to draw and what its row in the tables needs.

    Attributes:
        study_id: also the image's id, as each study has one picture.
        role: the cohort it belongs to.
        concepts: ids of all that the picture shows.
    """

    study_id: str
    subject_id: str
    report_id: str | None
    role: str
    split: str
    geographic_extent: float
    opacity: float
    concepts: frozenset[str]
    study: Study


def read_cohort(folder: Path) -> Iterator[list[PhantomImage]]:
    """The studies of `studies.parquet` and `lesions.parquet`, a part at a time.

    Raises:
        TableNotFoundError: the phantom stage has not been run.
        ContractError: a table was written by another release.
    """
    lesions: dict[str, list[_Row]] = {}
    for part in read_parts(LESIONS, folder / "lesions.parquet"):
        for row in part.to_pylist():
            if row["age"] != _NOT_DRAWN:
                lesions.setdefault(row["study_id"], []).append(row)
    for part in read_parts(STUDIES, folder / "studies.parquet"):
        yield [_image(row, lesions.pop(row["study_id"], [])) for row in _rows(part)]


def shown_concepts(lesions: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Ids of all that lesions show: findings, and where and how those of the lung itself are.

    As in label tables, the side of an effusion is no attribute of the image. Consolidation is an
    opacity too, and lesions in both lungs are bilateral.

    Args:
        lesions: rows of the table `lesions` that are drawn.
    """
    shown: set[str] = set()
    for row in lesions:
        shown.add(row["finding"])
        if row["finding"] in _OF_THE_LUNG:
            shown |= {row["side"], *row["zones"], *row["descriptors"]}
    if "finding:consolidation" in shown:
        shown.add("finding:opacity")
    if {"side:left", "side:right"} <= shown:
        shown.add("side:bilateral")
    return frozenset(shown)


def _rows(table: pa.Table) -> list[_Row]:
    rows: list[_Row] = table.to_pylist()
    return rows


def _lesion(row: _Row) -> Lesion:
    measures = {name: row[name] for name in _MEASURES}
    return Lesion(**measures, looks=frozenset(row["descriptors"]))


def _image(row: _Row, lesions: list[_Row]) -> PhantomImage:
    return PhantomImage(
        study_id=row["study_id"],
        subject_id=row["subject_id"],
        report_id=row["report_id"],
        role=row["role"],
        split=row["split"],
        geographic_extent=float(row["geographic_extent"]),
        opacity=float(row["opacity"]),
        concepts=shown_concepts(lesions),
        study=Study(
            role=row["role"],
            seed=row["seed"],
            view=row["view"],
            heart_ratio=row["heart_ratio"],
            lung_volume=row["lung_volume"],
            devices=tuple(row["devices"]),
            lesions=tuple(_lesion(row) for row in lesions),
        ),
    )
