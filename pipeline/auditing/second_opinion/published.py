"""A table that others made as the second reader: MAPLEZ's, CheXbert's, CheXpert's, any CSV."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pyarrow as pa

from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN, Assertion
from data_contracts.quarantine import Rejected
from data_contracts.second_opinions import SECOND_OPINIONS, SECOND_READINGS
from pipeline.auditing.second_opinion.answers import Statement
from pipeline.auditing.second_opinion.choosing import Picked
from pipeline.auditing.second_opinion.errors import SecondOpinionError
from pipeline.auditing.second_opinion.keeping import Asker, Kept
from pipeline.auditing.second_opinion.recording import opinion_rows
from pipeline.labelling.applying import digest_text
from pipeline.labelling.label_columns import LabelColumns
from pipeline.published_labels.checking import one_a_report
from pipeline.published_labels.opening import open_labels
from pipeline.published_labels.records import LabelledReport, LabelRequest
from pipeline.published_labels.tables import label_table

_WORDS: Final[dict[int, Assertion]] = {
    AFFIRMED: "affirmed",
    NEGATED: "negated",
    UNCERTAIN: "uncertain",
}


def read_published(
    kind: str,
    request: LabelRequest,
    reports: Sequence[Picked],
    kept: Kept,
    *,
    columns: LabelColumns,
    now: datetime,
) -> tuple[Asker, Counter[str]]:
    """Take what a published table says of reports; what was taken of its kind before goes.

    A report is found by its id, or else by that of its study, with or without an `s` before it.

    Args:
        kind: one of `pipeline.published_labels.opening.KINDS`.
        request: what to open.
        reports: the reports, in their order.
        kept: takes the answers.
        columns: the concepts that an answer may give values.
        now: the time.

    Returns:
        The kind and the digest of what was taken; and reports by outcome, rows, and rows of the
        table that could not be used.

    Raises:
        SourceError: the table is not what its kind expects.
        SecondOpinionError: it has none of the reports.
    """
    counts: Counter[str] = Counter()
    wanted = _by_id(reports)
    found: dict[int, LabelledReport] = {}
    for record in one_a_report(open_labels(kind, request).records, Counter()):
        if isinstance(record, Rejected):
            counts["quarantined"] += 1
            continue
        for place in _places(record, wanted):
            found.setdefault(place, record)
    if not found:
        raise SecondOpinionError(
            f"{request.path}: has none of the {len(reports):,} reports that were picked; are their "
            "ids those of this data set? --pick all looks for every report"
        )
    asker = (kind, _digest(found, reports))
    rows = [_statements(found.get(place)) for place in range(len(reports))]
    opinions = [
        opinion_rows(report, asker, one) for report, one in zip(reports, rows, strict=True) if one
    ]
    values = _values(found, columns)
    readings = [
        {
            "report_id": report.report_id,
            "reader": kind,
            "model": asker[0],
            "prompt_digest": asker[1],
            "time": now,
            "report_digest": digest_text(report.text),
            "place": place,
            "why": report.why,
            "outcome": "answered" if place in found else "absent",
            "proposals": len(rows[place]),
            "invented_phrases": 0,
            "invented_concepts": 0,
            "seconds": 0.0,
            "values": values.get(place, []),
        }
        for place, report in enumerate(reports)
    ]
    kept.replace(
        asker,
        pa.Table.from_pylist(readings, schema=SECOND_READINGS.schema()),
        pa.concat_tables([SECOND_OPINIONS.schema().empty_table(), *opinions]),
    )
    counts.update(answered=len(found), absent=len(reports) - len(found))
    counts["proposals"] = sum(len(one) for one in rows)
    return asker, counts


def _by_id(reports: Sequence[Picked]) -> dict[str, list[int]]:
    wanted: defaultdict[str, list[int]] = defaultdict(list)
    for place, report in enumerate(reports):
        for name in filter(None, {report.report_id, _bare(report.study_id)}):
            wanted[name].append(place)
    return dict(wanted)


def _places(record: LabelledReport, wanted: dict[str, list[int]]) -> list[int]:
    own = wanted.get(record.report_id)
    return own if own is not None else wanted.get(_bare(record.study_id), [])


def _bare(study_id: str | None) -> str:
    """A study's number, which some tables give with an `s` before it."""
    return (study_id or "").removeprefix("s")


def _statements(record: LabelledReport | None) -> list[Statement]:
    if record is None:
        return []
    return [Statement(concept, _WORDS[value]) for concept, value in sorted(record.values.items())]


def _values(
    found: dict[int, LabelledReport], columns: LabelColumns
) -> dict[int, list[tuple[str, int]]]:
    """What is stated, and what that implies."""
    names: list[str] = columns.concept_ids.to_pylist()
    table = label_table(list(found.values()), columns).select(names)
    return {
        place: [(name, value) for name, value in row.items() if value is not None]
        for place, row in zip(found, table.to_pylist(), strict=True)
    }


def _digest(found: dict[int, LabelledReport], reports: Sequence[Picked]) -> str:
    digest = hashlib.sha256()
    for place in sorted(found):
        said = sorted(found[place].values.items())
        digest.update(f"{reports[place].report_id!r} {said!r}\n".encode())
    return digest.hexdigest()
