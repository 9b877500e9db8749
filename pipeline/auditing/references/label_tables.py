"""Reading label tables: our own, or any CSV or Parquet file of 1, 0, -1 and blank."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from data_contracts.concepts import is_concept_id
from data_contracts.contract import METADATA_KEY
from data_contracts.storage import DAMAGED_PARQUET, part_paths, read_table
from data_contracts.tables import LABELS
from pipeline.auditing.references.alternatives import affirm_alternatives
from pipeline.auditing.references.coding import Coding, load_coding
from pipeline.auditing.references.csv_files import read_csv
from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.label_values import LabelValues, strip_prefix

_ID_COLUMNS: Final = ("report_id", "study_id", "uid")
#: Columns of a label file that are no labels.
_OTHER_COLUMNS: Final = (*_ID_COLUMNS, "subject_id", "split", "evidence")
_ALLOWED: Final = (1.0, 0.0, -1.0)
_CSV: Final = re.compile(r"\.csv(\.gz|\.bz2|\.xz|\.zst)?$", re.IGNORECASE)


def read_labels(path: Path, coding: Coding) -> LabelValues:
    """Read a label table.

    Args:
        path: our labels table, or a CSV or Parquet file with an id column and one column per
            concept id or per name that CheXpert's labeler gives, such as `Pleural Effusion`.
        coding: the other side's coding, which says what the reports are matched by.

    Raises:
        AuditError: the file is missing or of another kind, has no id column or no label column,
            or holds another value than 1, 0, -1 or blank.
        ContractError: our own table breaks its contract.
    """
    if not path.exists():
        raise AuditError(f"{path}: there is no label table; run the stage label first")
    if _is_labels_table(path):
        return _read_contract_table(path, coding)
    names = {**load_coding("chexpert").columns, **coding.columns}
    return read_label_file(path, coding, names)


def read_label_file(path: Path, coding: Coding, names: Mapping[str, str]) -> LabelValues:
    """Read a CSV or Parquet file whose label columns are concept ids or keys of `names`.

    Raises:
        AuditError: see `read_labels`.
    """
    frame = _read_frame(path)
    key = _id_column(frame, coding, path)
    known = {column: column for column in frame.columns if is_concept_id(column)} | dict(names)
    labels = {column: known[column] for column in frame.columns if column in known}
    if not labels:
        raise AuditError(
            f"{path}: has no label column; expected concept ids such as finding:opacity"
            + (f", or some of {', '.join(names)}" if names else "")
        )
    _refuse_double(labels, path)
    values = pd.DataFrame(
        {concept: _numbers(frame[column], path) for column, concept in labels.items()}
    )
    ids = pd.Index(frame[key].astype(str))
    values.index = strip_prefix(ids, coding.report_id_prefix)
    others = [c for c in frame.columns if c not in labels and c not in _OTHER_COLUMNS]
    return LabelValues(
        where=str(path),
        frame=values.astype(np.float32),
        report_ids=ids,
        unmapped={str(c): int(frame[c].notna().sum()) for c in others},
    )


def _read_contract_table(path: Path, coding: Coding) -> LabelValues:
    table = read_table(LABELS, path).combine_chunks()
    concepts = LABELS.family_names(table.column_names)
    values = pd.DataFrame({name: table[name].to_numpy().astype(np.float32) for name in concepts})
    ids = pd.Index(table["report_id"].to_pandas().astype(str))
    keys = ids
    if coding.report_key == "study_id" and not table["study_id"].null_count:
        keys = pd.Index(table["study_id"].to_pandas().astype(str))
    evidence = table["evidence"].combine_chunks()
    if coding.lists_alternatives:
        values = affirm_alternatives(values, evidence, path)
    values.index = strip_prefix(keys, coding.report_id_prefix)
    return LabelValues(str(path), values, ids, evidence)


def _is_labels_table(path: Path) -> bool:
    file = part_paths(LABELS, path)[0] if path.is_dir() else path
    if file.suffix.lower() != ".parquet":
        return False
    try:
        return METADATA_KEY in (pq.read_schema(file).metadata or {})
    except DAMAGED_PARQUET:
        raise AuditError(f"{file}: is not a Parquet file, though its name says so") from None


def _read_frame(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise AuditError(f"{path}: no such file; expected a CSV or Parquet file of labels")
    if _CSV.search(path.name):
        return read_csv(path)
    if path.suffix.lower() == ".parquet":
        try:
            frame: pd.DataFrame = pq.read_table(path).to_pandas()
        except DAMAGED_PARQUET:
            raise AuditError(f"{path}: is not a Parquet file, though its name says so") from None
        return frame
    raise AuditError(f"{path}: is neither CSV (.csv, .csv.gz) nor Parquet (.parquet)")


def _id_column(frame: pd.DataFrame, coding: Coding, path: Path) -> str:
    found = [c for c in dict.fromkeys((coding.report_key, *_ID_COLUMNS)) if c in frame.columns]
    if not found:
        raise AuditError(f"{path}: misses an id column; expected one of {', '.join(_ID_COLUMNS)}")
    column = found[0]
    blank = frame[column].isna()
    if blank.any():
        raise AuditError(
            f"{path}: column '{column}', row {int(blank.to_numpy().argmax()) + 2}: has no id"
        )
    return column


def _refuse_double(labels: Mapping[str, str], path: Path) -> None:
    columns = list(labels)
    for place, column in enumerate(columns):
        for other in columns[:place]:
            if labels[other] == labels[column]:
                raise AuditError(
                    f"{path}: '{other}' and '{column}' both stand for {labels[column]}; drop one"
                )


def _numbers(column: "pd.Series[str]", path: Path) -> "pd.Series[float]":
    stripped = column.astype("string").str.strip().replace("", pd.NA)
    numbers = pd.to_numeric(stripped, errors="coerce").astype("Float64")
    wrong = stripped.notna() & ~numbers.isin(_ALLOWED).fillna(False)
    if wrong.any():
        raise AuditError(
            f"{path}: column '{column.name}', row {int(wrong.to_numpy().argmax()) + 2}: "
            f"expected 1, 0, -1 or blank ({int(wrong.sum())} such values)"
        )
    return numbers.astype("float64")
