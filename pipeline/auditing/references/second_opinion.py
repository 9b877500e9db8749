"""What a second reader makes of reports, as a reference to hold labels against."""

from collections import Counter
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from data_contracts.second_opinions import SECOND_READINGS
from data_contracts.storage import read_table
from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.label_values import LabelValues

_FILE: Final = "second_readings.parquet"


def read_second_opinion(path: Path, model: str | None) -> LabelValues:
    """One model's readings, by the last prompt that it was asked with.

    Args:
        path: `second_readings.parquet`, or the folder that holds it.
        model: the model; None takes the only one there is.

    Raises:
        AuditError: there are no readings, or none of that model, or of several models.
        ContractError: the table breaks its contract.
    """
    file = path / _FILE if path.is_dir() else path
    if not file.exists():
        raise AuditError(f"{file}: is not there; python -m pipeline second-opinion writes it")
    rows = read_table(SECOND_READINGS, file).to_pylist()
    models = sorted({row["model"] for row in rows})
    if model is None and len(models) > 1:
        raise AuditError(f"{file}: has several readers; name one by --model: {', '.join(models)}")
    of_model = [row for row in rows if row["model"] == (model or row["model"])]
    if not of_model:
        raise AuditError(
            f"{file}: has nothing of '{model}'; there are {', '.join(models)}"
            if models
            else f"{file}: has no reading; run second-opinion again"
        )
    digest = max(of_model, key=lambda row: row["time"])["prompt_digest"]
    return _values(file, [row for row in of_model if row["prompt_digest"] == digest])


def _values(file: Path, rows: list[dict[str, Any]]) -> LabelValues:
    answered = [row for row in rows if row["outcome"] == "answered"]
    ids = pd.Index([row["report_id"] for row in answered], dtype=str)
    frame = pd.DataFrame([dict(row["values"]) for row in answered], index=ids)
    left_out = Counter(row["outcome"] for row in rows if row["outcome"] != "answered")
    return LabelValues(str(file), frame.astype(np.float32), ids, left_out=dict(left_out))
