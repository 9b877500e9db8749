"""Label tables small enough to score by hand."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from data_contracts.storage import write_table
from data_contracts.tables import LABELS
from pipeline.auditing.references.label_values import LabelValues

#: report id -> concept id -> value
Values = Mapping[str, Mapping[str, int]]
MakeValues = Callable[[Values], LabelValues]
WriteLabels = Callable[..., Path]


@pytest.fixture
def make_values() -> MakeValues:
    def make(values: Values) -> LabelValues:
        frame = pd.DataFrame(list(values.values()), index=list(values), dtype="float32")
        return LabelValues("made up", frame, frame.index)

    return make


@pytest.fixture
def write_labels(tmp_path: Path) -> WriteLabels:
    def write(values: Values, *, studies: Mapping[str, str] | None = None) -> Path:
        concepts = sorted({concept for row in values.values() for concept in row})
        ids = list(values)
        columns = {
            "report_id": pa.array(ids),
            "subject_id": pa.nulls(len(ids), pa.string()),
            "study_id": pa.array([(studies or {}).get(i) for i in ids], pa.string()),
            "split": pa.nulls(len(ids), pa.string()),
            "evidence": [
                [(concept, [f"{i}/{n}"]) for n, concept in enumerate(values[i])] for i in ids
            ],
        }
        for concept in concepts:
            columns[concept] = pa.array([values[i].get(concept) for i in ids], pa.int8())
        path = tmp_path / "labels.parquet"
        schema = LABELS.schema(tuple(concepts))
        write_table(LABELS, pa.table(columns, schema=schema), path)
        return path

    return write
