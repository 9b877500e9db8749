"""Any CSV file of labels: a row a report, a column a finding, 1, 0, -1 or blank in each."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from data_contracts.concepts import is_concept_id
from data_contracts.quarantine import Rejected
from pipeline.published_labels.columns import LabelColumns, label_columns, read_values
from pipeline.published_labels.records import LabelledReport, LabelRequest, LabelSource
from pipeline.sources.columns import Row, check_present
from pipeline.sources.delimited import read_rows
from pipeline.sources.records import SourceError

IDS: Final = ("report_id", "subject_id", "study_id", "split")
_REMEDY: Final = (
    "expected a CSV file with a header and the reports' ids; say which column holds them, "
    "--column report_id=NAME"
)


def open_labels(request: LabelRequest) -> LabelSource:
    """The columns that the request maps, and those of names that data sets have published.

    An id that is not mapped is looked for in the column of its own name.

    Raises:
        SourceError: a role of the mapping is neither an id nor a concept of the lexicon, or, once
            records are read, a column is not there or none holds labels.
    """
    for role in request.columns:
        if role not in IDS and role not in request.concept_ids:
            known = "a concept of the lexicon" if is_concept_id(role) else "a concept id"
            raise SourceError(
                f"--column {role}: is none of {', '.join(IDS)} and not {known}; name a concept "
                "such as finding:pneumonia"
            )
    without_concept: Counter[str] = Counter()
    return LabelSource(_read(request, without_concept), without_concept)


def _read(
    request: LabelRequest, without_concept: Counter[str]
) -> Iterator[LabelledReport | Rejected]:
    roles = {role: request.columns.get(role, role) for role in IDS}
    columns: LabelColumns | None = None
    for row in read_rows(request.path, (roles["report_id"],), _REMEDY):
        if isinstance(row, Rejected):
            yield row
            continue
        columns = columns or _columns(list(row[1]), roles, request)
        yield _report(row, roles, columns, without_concept)


def _columns(header: list[str], roles: dict[str, str], request: LabelRequest) -> LabelColumns:
    check_present(header, list(request.columns.values()), request.path)
    mapped = {name: role for role, name in request.columns.items() if role not in IDS}
    others = (*roles.values(), *mapped)
    found = label_columns(header, others, request.concept_ids)
    concepts = {**found.concepts, **mapped}
    if not concepts:
        raise SourceError(
            f"{request.path}: none of its columns is a concept id or the name of a finding that "
            "is known; say which are, --column finding:pneumonia=NAME"
        )
    return LabelColumns(concepts, found.without_concept)


def _report(
    row: Row, roles: dict[str, str], columns: LabelColumns, without_concept: Counter[str]
) -> LabelledReport | Rejected:
    location, cells = row
    report, subject, study, split = (cells.get(roles[role], "").strip() for role in IDS)
    values = read_values(location, report, cells, columns, without_concept)
    if isinstance(values, Rejected):
        return values
    return LabelledReport(location, report, subject or None, study or None, split or None, values)
