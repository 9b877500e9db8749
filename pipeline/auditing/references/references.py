"""Coded references: what experts or another program say of the same reports."""

import json
from collections import Counter
from pathlib import Path
from typing import Final

import pandas as pd

from data_contracts.concepts import is_concept_id
from pipeline.auditing.references.coding import Coding, ReferenceKind
from pipeline.auditing.references.errors import AuditError
from pipeline.auditing.references.label_tables import read_label_file, read_labels
from pipeline.auditing.references.label_values import LabelValues, strip_prefix
from pipeline.auditing.references.mesh import is_coded, label_frame, read_codes
from pipeline.auditing.references.openi_files import CodedReport, read_openi
from pipeline.auditing.references.padchest_gr import read_padchest_gr
from pipeline.auditing.references.second_opinion import read_second_opinion

#: Why a report of Open-i is no reference.
NOT_CODED: Final = "not_coded"
WITHOUT_TEXT: Final = "without_text"
UNREADABLE: Final = "unreadable"


def read_reference(
    kind: ReferenceKind, path: Path, coding: Coding, model: str | None = None
) -> LabelValues:
    """Read a coded reference.

    Args:
        kind: `openi_mesh` (the reports CSV, a folder of XML files or their archive), `openi_gold`
            (JSON lines with `uid` and `gold`), `chexpert` (MIMIC-CXR's CheXpert or NegBio CSV),
            `padchest_gr` (its JSON of sentences), `second_opinion` (what `second-opinion` wrote),
            or `table` (another label table).
        path: the file or folder.
        coding: the kind's data file.
        model: of several second readers the one to hold ours against.

    Raises:
        AuditError: the file is missing, of another kind, or lacks a column.
    """
    if kind == "openi_mesh":
        return _read_openi_mesh(path, coding)
    if kind == "openi_gold":
        return _read_openi_gold(path, coding)
    if kind == "chexpert":
        return read_label_file(path, coding, coding.columns)
    if kind == "padchest_gr":
        return read_padchest_gr(path, coding)
    if kind == "second_opinion":
        return read_second_opinion(path, model)
    return read_labels(path, coding)


def _read_openi_mesh(path: Path, coding: Coding) -> LabelValues:
    left_out: Counter[str] = Counter()
    reports: list[CodedReport] = []
    for report in read_openi(path):
        if report is None:
            left_out[UNREADABLE] += 1
        elif not is_coded(report.codes, coding):
            left_out[NOT_CODED] += 1
        elif not report.has_text:
            # Coded from the images; no reader of the text could tell.
            left_out[WITHOUT_TEXT] += 1
        else:
            reports.append(report)
    labels, unmapped = read_codes([report.codes for report in reports], coding)
    ids = pd.Index([report.report_id for report in reports], dtype=str)
    values = label_frame(strip_prefix(ids, coding.report_id_prefix), labels)
    return LabelValues(str(path), values, ids, unmapped=unmapped, left_out=dict(left_out))


def _read_openi_gold(path: Path, coding: Coding) -> LabelValues:
    if not path.is_file():
        raise AuditError(f"{path}: no such file; expected JSON lines with uid and gold")
    ids: list[str] = []
    labels: list[list[str]] = []
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                uid, gold = _read_gold_line(line, f"{path}, line {number}")
                ids.append(uid)
                labels.append(gold)
    index = pd.Index(ids, dtype=str)
    return LabelValues(
        str(path), label_frame(strip_prefix(index, coding.report_id_prefix), labels), index
    )


def _read_gold_line(line: str, where: str) -> tuple[str, list[str]]:
    try:
        record = json.loads(line)
        uid, gold = str(record["uid"]), record["gold"]
    except (ValueError, KeyError, TypeError):
        raise AuditError(f"{where}: expected a JSON object with uid and gold") from None
    if not isinstance(gold, list) or not all(isinstance(g, str) and is_concept_id(g) for g in gold):
        raise AuditError(f"{where}: 'gold' is no list of concept ids such as finding:opacity")
    return uid, gold
