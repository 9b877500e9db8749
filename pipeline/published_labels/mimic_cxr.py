"""MIMIC-CXR: the labels that CheXpert's labeler and NegBio gave its reports.

Johnson et al., "MIMIC-CXR-JPG, a large publicly available database of labeled chest radiographs",
2019. 1.0 positive, 0.0 negative, -1.0 uncertain, blank not mentioned.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from data_contracts.quarantine import Rejected
from pipeline.published_labels.columns import LabelColumns, label_columns, read_values
from pipeline.published_labels.files import beside, find_table
from pipeline.published_labels.records import LabelledReport, LabelRequest, LabelSource
from pipeline.sources.delimited import read_rows

_SUBJECT, _STUDY, _SPLIT = "subject_id", "study_id", "split"
_REMEDY: Final = "expected MIMIC-CXR-JPG's mimic-cxr-2.0.0-chexpert.csv or -negbio.csv"
_SPLIT_REMEDY: Final = "fetch MIMIC-CXR-JPG's table anew, or take the file away"


def open_labels(request: LabelRequest) -> LabelSource:
    """A row a study, `s50414267`, with the split of the table beside it.

    A folder stands for the table of CheXpert's labeler; NegBio's has to be named.

    Raises:
        SourceError: the folder holds no such table, or one lacks a column.
    """
    without_concept: Counter[str] = Counter()
    tallies: Counter[str] = Counter()
    file = find_table(request.path, "mimic-cxr-*-chexpert.csv")
    records = _read(file, request.concept_ids, without_concept, tallies)
    return LabelSource(records, without_concept, tallies)


def _read(
    file: Path,
    concept_ids: frozenset[str],
    without_concept: Counter[str],
    tallies: Counter[str],
) -> Iterator[LabelledReport | Rejected]:
    splits: dict[str, str] = {}
    listed = beside(file, "mimic-cxr-*-split.csv")
    for row in () if listed is None else read_rows(listed, (_STUDY, _SPLIT), _SPLIT_REMEDY):
        if isinstance(row, Rejected):
            yield row
        else:
            splits[row[1][_STUDY]] = row[1][_SPLIT]
    columns: LabelColumns | None = None
    for row in read_rows(file, (_SUBJECT, _STUDY), _REMEDY):
        if isinstance(row, Rejected):
            yield row
            continue
        location, cells = row
        study = cells[_STUDY].strip()
        if not study.isdecimal():
            detail = "study_id: expected digits, such as 50414267"
            yield Rejected(location, None, "missing_id", detail)
            continue
        columns = columns or label_columns(list(cells), (_SUBJECT, _STUDY), concept_ids)
        values = read_values(location, f"s{study}", cells, columns, without_concept)
        if isinstance(values, Rejected):
            yield values
            continue
        split = splits.get(study)
        if listed is not None:
            tallies["with_split" if split else "without_split"] += 1
        subject = cells[_SUBJECT].strip() or None
        yield LabelledReport(location, f"s{study}", subject, study, split, values)
