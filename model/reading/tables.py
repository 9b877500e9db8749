"""Findings as rows of the tables `predictions`, `readings` and `maps`, and maps back as arrays."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from data_contracts.boxes import box_row
from data_contracts.contract import Contract
from data_contracts.predictions import (
    EVERYTHING,
    FOUND_BOXES,
    MAP_SIDE,
    MAPS,
    PREDICTIONS,
    READINGS,
)
from data_contracts.storage import read_table, write_table
from model.reading.evidence import Evidence
from model.reading.findings import Findings, FoundBox


def write_findings(method: str, findings: Sequence[Findings], folder: Path) -> dict[Contract, Path]:
    """Write what a method found to `predictions.parquet`, `readings.parquet` and `maps.parquet`.

    Args:
        method: the method's name.
        findings: one for each image.
        folder: where to.
    """
    boxes = [{"method": method, **row} for one in findings for row in _boxes(one)]
    return _write({PREDICTIONS: boxes, **_of_images(method, findings)}, folder, None)


def write_found(
    method: str,
    findings: Sequence[Findings],
    counts: Callable[[FoundBox], bool],
    folder: Path,
    metadata: Mapping[bytes, bytes],
) -> dict[Contract, Path]:
    """Write what was found on single images: `found_boxes`, `readings` and `maps`, as Parquet.

    Args:
        method: the method's name.
        findings: one for each image.
        counts: whether a box is certain enough to be shown.
        folder: where to.
        metadata: what each file's metadata are to say of the weights.
    """
    boxes = [
        {**row, "shown": counts(box)}
        for one in findings
        for row, box in zip(_boxes(one), one.boxes, strict=True)
    ]
    return _write({FOUND_BOXES: boxes, **_of_images(method, findings)}, folder, metadata)


def _of_images(method: str, findings: Sequence[Findings]) -> dict[Contract, list[dict[str, Any]]]:
    return {
        READINGS: [_reading(method, one) for one in findings],
        MAPS: [row for one in findings for row in _maps(method, one)],
    }


def _write(
    rows: Mapping[Contract, list[dict[str, Any]]],
    folder: Path,
    metadata: Mapping[bytes, bytes] | None,
) -> dict[Contract, Path]:
    paths = {contract: folder / f"{contract.name}.parquet" for contract in rows}
    for contract, of_table in rows.items():
        table = pa.Table.from_pylist(of_table, contract.schema())
        write_table(contract, table, paths[contract], metadata)
    return paths


def read_maps(path: Path) -> Iterator[tuple[str, str, Evidence]]:
    """Image id, concept id and [32, 32] values of each row of the table `maps`.

    Raises:
        TableNotFoundError: the stage predictions has not been run.
        ContractError: it was written by another release.
    """
    table = read_table(MAPS, path).combine_chunks()
    cells = table["values"].combine_chunks().flatten().to_numpy().astype(np.float32)
    maps = cells.reshape(-1, MAP_SIDE, MAP_SIDE)
    yield from zip(
        table["image_id"].to_pylist(), table["concept_id"].to_pylist(), maps, strict=True
    )


def _boxes(findings: Findings) -> list[dict[str, Any]]:
    rows = []
    for number, box in enumerate(findings.boxes):
        rows.append(
            {
                "image_id": findings.image_id,
                "number": number,
                **box_row(box.edges),
                "score": box.score,
                "attributes": list(box.attributes.items()),
            }
        )
    return rows


def _reading(method: str, findings: Findings) -> dict[str, Any]:
    point, severity = findings.point, findings.severity
    return {
        "method": method,
        "image_id": findings.image_id,
        "point_x": point[0] if point else None,
        "point_y": point[1] if point else None,
        "geographic_extent": severity.geographic_extent if severity else None,
        "opacity": severity.opacity if severity else None,
        "probabilities": list(findings.probabilities.items()),
    }


def _maps(method: str, findings: Findings) -> list[dict[str, Any]]:
    maps = {EVERYTHING: findings.evidence, **findings.evidence_of}
    return [
        {
            "method": method,
            "image_id": findings.image_id,
            "concept_id": name,
            "values": values.astype(np.float16).reshape(-1),
        }
        for name, values in maps.items()
    ]
