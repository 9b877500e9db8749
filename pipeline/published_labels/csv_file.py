"""Any CSV file of labels: a row a report, a column a finding, 1, 0, -1 or blank in each."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from data_contracts.concepts import is_concept_id
from data_contracts.quarantine import Rejected
from pipeline.published_labels.columns import LabelColumns, label_columns, read_values
from pipeline.published_labels.records import LabelledReport, LabelRequest, LabelSource
from pipeline.sources.columns import ID_COLUMNS, Row, check_present, find_ids, list_columns
from pipeline.sources.csv_file import open_rows
from pipeline.sources.records import SourceError

_SAID: Final = "a CSV file of labels: a header, and a report in each row"


def open_labels(request: LabelRequest) -> LabelSource:
    """The columns that the request maps, and those of names that are usual or were published.

    Raises:
        SourceError: a role of the mapping is neither an id nor a concept of the lexicon; once
            records are read, a column is not there, or none holds ids or labels.
    """
    for role in request.columns:
        if role not in ID_COLUMNS and role not in request.concept_ids:
            known = "a concept of the lexicon" if is_concept_id(role) else "a concept id"
            raise SourceError(
                f"--column {role}: is none of {', '.join(ID_COLUMNS)} and not {known}; name a "
                "concept such as finding:pneumonia"
            )
    without_concept: Counter[str] = Counter()
    tallies: Counter[str] = Counter()
    return LabelSource(_read(request, without_concept, tallies), without_concept, tallies)


def _read(
    request: LabelRequest, without_concept: Counter[str], tallies: Counter[str]
) -> Iterator[LabelledReport | Rejected]:
    named = request.columns
    with open_rows(request.path, None, named.values(), _SAID) as (header, rows):
        check_present(header, list(named.values()), request.path)
        ids = _ids(header, request)
        columns = _columns(header, ids, request)
        for row in rows:
            if isinstance(row, Rejected):
                yield row
                continue
            tallies.update(f"{role}_from_{name}" for role, name in ids.items())
            yield _report(row, ids, columns, without_concept)


def _ids(header: list[str], request: LabelRequest) -> dict[str, str]:
    """The columns of ids and split, by role."""
    named = request.columns
    ids = find_ids(header, named) | {role: named[role] for role in ID_COLUMNS if role in named}
    if "report_id" not in ids:
        raise SourceError(
            f"{request.path}: none of its columns has a usual name for a report's id; they are "
            f"{list_columns(header)}; say which it is, --column report_id=NAME"
        )
    return ids


def _columns(header: list[str], ids: Mapping[str, str], request: LabelRequest) -> LabelColumns:
    mapped = {name: role for role, name in request.columns.items() if role not in ID_COLUMNS}
    found = label_columns(header, {*ids.values(), *mapped}, request.concept_ids)
    concepts = {**found.concepts, **mapped}
    if not concepts:
        raise SourceError(
            f"{request.path}: none of its columns is a concept id or the name of a finding that "
            "is known; say which are, --column finding:pneumonia=NAME"
        )
    return LabelColumns(concepts, found.without_concept)


def _report(
    row: Row, ids: Mapping[str, str], columns: LabelColumns, without_concept: Counter[str]
) -> LabelledReport | Rejected:
    location, cells = row
    known = {role: cells[name].strip() for role, name in ids.items()}
    values = read_values(location, known["report_id"], cells, columns, without_concept)
    if isinstance(values, Rejected):
        return values
    subject, study, split = (known.get(role) or None for role in ID_COLUMNS[1:])
    return LabelledReport(location, known["report_id"], subject, study, split, values)
