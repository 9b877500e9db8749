"""Two runs over the same reports, of which one denies what the other affirms."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.auditing.tables.database import Tables

OPACITY = {"opacity": "finding:opacity", "left": "side:left"}
PNEUMONIA = {"pneumonia": "finding:pneumonia"}
EFFUSION = {"effusion": "finding:pleural_effusion"}
STATEMENTS = [
    ("r1", "findings", "An opacity on the left.", "affirmed", OPACITY),
    ("r1", "impression", "No pneumonia.", "negated", PNEUMONIA),
    ("r2", "findings", "There is pneumonia.", "affirmed", PNEUMONIA),
    ("r2", "impression", "No pneumonia after all.", "negated", PNEUMONIA),
    ("r3", "indication", "Pneumonia? Rule out pneumonia.", "hypothetical", PNEUMONIA),
    ("r3", "findings", "Possible effusion.", "uncertain", EFFUSION),
    ("r4", "findings", "Clear lungs.", "affirmed", {}),
]


@pytest.fixture
def folder(tmp_path: Path, label_run: Callable[..., Path]) -> Path:
    return label_run(tmp_path / "run", STATEMENTS)


@pytest.fixture
def tables(folder: Path) -> Iterator[Tables]:
    with Tables(folder) as tables:
        yield tables
