"""MAPLEZ: what a language model read in the reports of ChestX-ray14 and MIMIC-CXR.

Bigolin Lanfredi et al., "Enhancing chest X-ray datasets with privacy-preserving large language
models and multi-type annotations", arXiv 2403.04024, 2024. Four rows a study, one of each type:

- labels: 1 present, 0 absent, -1 uncertain, -2 not mentioned, and -3 "uncertainty because
  stability was mentioned": the report calls the finding unchanged without saying whether it is
  there. It is mentioned and open, so -3 is read as uncertain, as the authors call it.
- location: expressions with semicolons between them, or -1 for none.
- severity: 1 mild, 2 moderate, 3 severe, or -1 for none.
- probability, in percent: another reading of the labels, which has no column here.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN
from data_contracts.quarantine import Rejected
from pipeline.published_labels.columns import CODES, LabelColumns, label_columns, read_values
from pipeline.published_labels.files import find_tables
from pipeline.published_labels.records import LabelledReport, LabelRequest, LabelSource, state
from pipeline.sources.columns import Row
from pipeline.sources.delimited import read_rows

_ID, _TYPE = "subjectid_studyid", "type_annotation"
_OTHERS: Final = (_ID, _TYPE, "report", "labeler")
_TYPES: Final = ("labels", "probability", "location", "severity")
_CODES: Final = {
    **CODES,
    **dict.fromkeys(("-2", "-2.0"), None),
    **dict.fromkeys(("-3", "-3.0"), UNCERTAIN),
}
_NONE: Final = ("", "-1", "-1.0")
_SEVERITIES: Final = {
    **dict.fromkeys(("1", "1.0"), "descriptor:mild"),
    **dict.fromkeys(("2", "2.0"), "descriptor:moderate"),
    **dict.fromkeys(("3", "3.0"), "descriptor:severe"),
}
# ChestX-ray14 leaves the subject out: the image's name has it.
_OF_IMAGE: Final = re.compile(r"(?:\d+_|_)?(?P<subject>\d{8})_(?P<image>\d{3})(?:\.png)?")
_OF_STUDY: Final = re.compile(r"(?P<subject>\d+)_(?P<study>\d+)")
_REMEDY: Final = "expected MAPLEZ's annotations, such as mimic_llm_annotations.csv"


@dataclass(slots=True)
class _Study:
    """The rows of a study that were read so far, by type."""

    rows: dict[str, Row] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return len(self.rows) == len(_TYPES)


def open_labels(request: LabelRequest) -> LabelSource:
    """A row a study of MIMIC-CXR (`s50414267`) or an image of ChestX-ray14 (`00000013_005.png`).

    Raises:
        SourceError: the folder holds no such table, or it lacks a column.
    """
    without_concept: Counter[str] = Counter()
    tallies: Counter[str] = Counter()
    files = find_tables(request.path, "*_llm_annotations*.csv")
    return LabelSource(_read(files, request, without_concept, tallies), without_concept, tallies)


def _read(
    files: Sequence[Path],
    request: LabelRequest,
    without_concept: Counter[str],
    tallies: Counter[str],
) -> Iterator[LabelledReport | Rejected]:
    for file in files:
        columns: LabelColumns | None = None
        for study in _studies(file):
            if isinstance(study, Rejected):
                yield study
                continue
            labels = study.rows.get("labels")
            if labels is None:
                location = next(iter(study.rows.values()))[0]
                detail = "the study has no row whose type_annotation is labels"
                yield Rejected(location, None, "missing_labels", detail)
                continue
            columns = columns or label_columns(list(labels[1]), _OTHERS, request.concept_ids)
            yield _report(study, labels, columns, request, without_concept, tallies)


def _studies(file: Path) -> Iterator[_Study | Rejected]:
    """Studies as soon as all of their rows are read; those that lack one come last."""
    waiting: dict[str, _Study] = {}
    for row in read_rows(file, (_ID, _TYPE), _REMEDY):
        if isinstance(row, Rejected):
            yield row
            continue
        location, cells = row
        name, kind = cells[_ID].strip(), cells[_TYPE].strip()
        if kind not in _TYPES:
            detail = f"type_annotation: expected one of {', '.join(_TYPES)}"
            yield Rejected(location, name or None, "wrong_value", detail)
            continue
        study = waiting.setdefault(name, _Study())
        if kind in study.rows:
            first = study.rows[kind][0]
            detail = f"the study's {kind} were read before, at {first}; keep one of them"
            yield Rejected(location, name, "duplicate_id", detail)
            continue
        study.rows[kind] = row
        if study.is_whole:
            yield waiting.pop(name)
    yield from waiting.values()


def _report(
    study: _Study,
    labels: Row,
    columns: LabelColumns,
    request: LabelRequest,
    without_concept: Counter[str],
    tallies: Counter[str],
) -> LabelledReport | Rejected:
    location, cells = labels
    ids = _ids(cells[_ID].strip())
    if ids is None:
        detail = f"{_ID}: expected one such as 10000032_50414267 or 00000013_005.png"
        return Rejected(location, None, "missing_id", detail)
    report_id, subject, study_id = ids
    stated = read_values(location, report_id, cells, columns, without_concept, _CODES)
    if isinstance(stated, Rejected):
        return stated
    tallies["called_stable"] += sum(cells[name].strip()[:2] == "-3" for name in columns.concepts)
    values, rows = dict(stated), dict[str, int]()
    for kind in ("location", "severity"):
        row = study.rows.get(kind)
        if row is None:
            tallies[f"without_{kind}"] += 1
            continue
        for concept, value in _attributes(kind, row, columns, stated, request).items():
            if state(values, concept, value):
                rows[concept] = row[0].row
    return LabelledReport(location, report_id, subject, study_id, None, values, rows)


def _attributes(
    kind: str, row: Row, columns: LabelColumns, stated: dict[str, int], request: LabelRequest
) -> dict[str, int]:
    """Values of the places, or of the severities, that a row gives the findings that are stated."""
    values: dict[str, int] = {}
    for name, finding in columns.concepts.items():
        cell = row[1][name].strip()
        if cell in _NONE or finding not in stated or not request.places.is_lung(finding):
            continue
        if kind == "location":
            found = request.places.values(finding, stated[finding], cell.split(";"))
        else:
            # An unknown severity is no reason to leave the study's labels out.
            severity = _SEVERITIES.get(cell, "")
            worth = NEGATED if stated[finding] == NEGATED else AFFIRMED
            found = {severity: worth} if severity in request.concept_ids else {}
        for concept, value in found.items():
            state(values, concept, value)
    return values


def _ids(name: str) -> tuple[str, str, str | None] | None:
    """Report, patient and study; None where the name is of another form."""
    image = _OF_IMAGE.fullmatch(name)
    if image is not None:
        subject = image["subject"]
        # The data entry table counts patients without leading zeros.
        return f"{subject}_{image['image']}.png", str(int(subject)), None
    study = _OF_STUDY.fullmatch(name)
    if study is None:
        return None
    return f"s{study['study']}", study["subject"], study["study"]
