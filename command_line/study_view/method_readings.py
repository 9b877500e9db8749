"""What one method says of one image, read from its tables."""

from pathlib import Path
from typing import Any, Final

from command_line.study_view.studies import MethodReading, PredictedBox, Region
from data_contracts.contract import Contract
from data_contracts.predictions import ATTENTION, EVERYTHING, MAPS, PREDICTIONS, READINGS
from data_contracts.storage import read_matching

#: The method that this project is about; it is shown first.
OURS: Final = "cross_attention"
#: Boxes that count where no threshold was chosen.
_MOST_CERTAIN: Final = 3
_PLACE: Final = ("x", "y", "width", "height")


def read_method(
    folder: Path, method: str, image_id: str, least_score: float | None
) -> MethodReading:
    """Read an image's rows of a method's tables.

    Args:
        folder: of the tables `predictions`, `readings`, `maps` and, where the method has
            attention, `attention`.
        method: its name.
        image_id: the image.
        least_score: the method's threshold; None where none was chosen.

    Raises:
        ContractError: a table is of another release.
    """
    readings = _rows(READINGS, folder, image_id)
    reading = readings[0] if readings else {}
    regions = [
        Region(**_place(row), shares=dict(row["shares"]))
        for row in _rows(ATTENTION, folder, image_id)
    ]
    return MethodReading(
        method=method,
        least_score=least_score,
        boxes=[
            _box(row, number, least_score)
            for number, row in enumerate(_rows(PREDICTIONS, folder, image_id))
        ],
        probabilities=dict(reading.get("probabilities") or ()),
        extent=reading.get("geographic_extent"),
        opacity=reading.get("opacity"),
        maps=_maps(folder, image_id, single_concepts=not regions),
        regions=regions,
    )


def _maps(folder: Path, image_id: str, *, single_concepts: bool) -> dict[str, list[int]]:
    """Maps in 256 steps; those of single concepts say less than the regions attended to."""
    return {
        row["concept_id"]: [
            round(255 * min(max(float(value), 0.0), 1.0)) for value in row["values"]
        ]
        for row in _rows(MAPS, folder, image_id)
        if single_concepts or row["concept_id"] == EVERYTHING
    }


def _box(row: dict[str, Any], number: int, least_score: float | None) -> PredictedBox:
    counts = number < _MOST_CERTAIN if least_score is None else row["score"] >= least_score
    attributes = dict(row["attributes"])
    return PredictedBox(**_place(row), score=row["score"], attributes=attributes, counts=counts)


def _place(row: dict[str, Any]) -> dict[str, float]:
    return {name: row[name] for name in _PLACE}


def _rows(contract: Contract, folder: Path, image_id: str) -> list[dict[str, Any]]:
    """The image's rows of a table; none where the method has no such table."""
    path = folder / f"{contract.name}.parquet"
    if not path.exists():
        return []
    return list(read_matching(contract, path, "image_id", image_id).to_pylist())
