"""From what published tables say to the rows of our own."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data_contracts.tables import EVIDENCE, LABELS
from pipeline.labelling.label_columns import LabelColumns
from pipeline.published_labels.records import BY_STRENGTH, LabelledReport

#: (reports, concepts): 0 not mentioned, then the places in `BY_STRENGTH` from 1.
_Strengths = npt.NDArray[np.uint8]

_VALUES: Final = np.array([0, *BY_STRENGTH], dtype=np.int8)
_STRENGTH: Final = {value: place for place, value in enumerate(BY_STRENGTH, start=1)}
_NEGATED: Final = 1


def label_table(reports: Sequence[LabelledReport], columns: LabelColumns) -> pa.Table:
    """Rows of the labels table, in the order of the reports.

    A concept that others imply is at least as certain as they are: an affirmed pneumonia affirms
    an opacity. A denied one says nothing of what it implies, of which there are other kinds.
    Evidence is the published file and row.

    Args:
        reports: what was read.
        columns: the lexicon's concepts, each of which becomes a column.
    """
    strengths = _with_implied(_strengths(reports, columns), columns)
    names: list[str] = columns.concept_ids.to_pylist()
    arrays: dict[str, pa.Array | list[str | None]] = {
        name: [getattr(report, name) for report in reports]
        for name in LABELS.column_names
        if name != "evidence"
    }
    arrays["evidence"] = _evidence(reports, strengths, columns)
    for index, name in enumerate(names):
        strength = strengths[:, index]
        arrays[name] = pa.array(_VALUES[strength], mask=strength == 0)
    return pa.table(arrays, schema=LABELS.schema(tuple(names)))


def _strengths(reports: Sequence[LabelledReport], columns: LabelColumns) -> _Strengths:
    position = {name: index for index, name in enumerate(columns.concept_ids.to_pylist())}
    strengths = np.zeros((len(reports), len(columns)), dtype=np.uint8)
    for row, report in enumerate(reports):
        for concept, value in report.values.items():
            strengths[row, position[concept]] = _STRENGTH[value]
    return strengths


def _with_implied(strengths: _Strengths, columns: LabelColumns) -> _Strengths:
    raised = strengths.copy()
    for concept, implied in columns.implications:
        own = strengths[:, concept]
        handed_on = np.where(own > _NEGATED, own, np.uint8(0))
        np.maximum(raised[:, implied], handed_on, out=raised[:, implied])
    return raised


def _evidence(
    reports: Sequence[LabelledReport], strengths: _Strengths, columns: LabelColumns
) -> pa.Array:
    """Per report, each concept's file and row."""
    row, concept = np.nonzero(strengths)
    cited = [f"{report.location.file}:{report.location.row}" for report in reports]
    which = row.copy()
    names: list[str] = columns.concept_ids.to_pylist()
    position = {name: index for index, name in enumerate(names)}
    cell = row * len(names) + concept
    for number, report in enumerate(reports):
        for name, other in report.rows.items():
            which[np.searchsorted(cell, number * len(names) + position[name])] = len(cited)
            cited.append(f"{report.location.file}:{other}")
    starts = np.searchsorted(row, np.arange(len(reports) + 1))
    ids = pa.array(cited, pa.string()).take(pa.array(which))
    return pa.MapArray.from_arrays(
        pa.array(starts, pa.int32()),
        columns.concept_ids.take(pa.array(concept)),
        pa.ListArray.from_arrays(pa.array(np.arange(len(row) + 1), pa.int32()), ids),
    ).cast(EVIDENCE)
