"""What attributes attend to as rows of the table `attention`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from data_contracts.boxes import box_row
from data_contracts.predictions import ATTENTION, LEAST_SHARE
from data_contracts.storage import write_table
from model.reading.findings import Findings


def write_attention(method: str, findings: Sequence[Findings], folder: Path) -> Path:
    """Write `attention.parquet`, without rows for a method that has no attention.

    Args:
        method: the method's name.
        findings: one for each image.
        folder: where to.
    """
    rows = [row for one in findings for row in _regions(method, one)]
    path = folder / f"{ATTENTION.name}.parquet"
    write_table(ATTENTION, pa.Table.from_pylist(rows, ATTENTION.schema()), path)
    return path


def _regions(method: str, findings: Findings) -> Iterator[dict[str, Any]]:
    for number, region in enumerate(findings.attended):
        yield {
            "method": method,
            "image_id": findings.image_id,
            "number": number,
            **box_row(region.edges),
            "score": region.score,
            "shares": [
                (concept, share) for concept, share in region.shares.items() if share >= LEAST_SHARE
            ],
        }
