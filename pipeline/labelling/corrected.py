"""Labels of reports that people have corrected, with the corrections among the evidence."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.tables import EVIDENCE, LABELS
from pipeline.labelling.aggregation import Conflict, label_reports
from pipeline.labelling.applying import CorrectedReport, Row, correct_report, evidence_id
from pipeline.labelling.claims import ReportBatch
from pipeline.labelling.decision import Decision
from pipeline.labelling.label_columns import LabelColumns

#: Report id to its text and sections, as rows of the reports table hold them.
Texts = Mapping[str, Mapping[str, Any]]
#: Report id to the decisions on it that stand.
Decisions = Mapping[str, Sequence[Decision]]


@dataclass(frozen=True, slots=True)
class CorrectedBatch:
    """A batch as the reviewers want it.

    Attributes:
        batch: all of its reports, mentions and findings.
        plain: those reports alone that have decisions, as extraction left them.
        reports: report id to what was corrected in it.
    """

    batch: ReportBatch
    plain: ReportBatch
    reports: Mapping[str, CorrectedReport]


def correct_batch(
    batch: ReportBatch, decisions: Decisions, texts: Texts, columns: LabelColumns
) -> CorrectedBatch:
    """Apply the decisions on a batch's reports.

    Args:
        batch: reports with their mentions and findings.
        decisions: the decisions that stand, on any reports.
        texts: text and sections of at least the reports with decisions.
        columns: the concepts that a mention may name.
    """
    named = batch.reports["report_id"].to_pylist()
    affected = pa.array([one for one in named if one in decisions], pa.string())
    plain = _of_reports(batch, affected)
    if not len(affected):
        return CorrectedBatch(batch, plain, {})
    mentions, findings = _by_report(plain.mentions), _by_report(plain.findings)
    known = frozenset(columns.concept_ids.to_pylist())
    corrected = {
        report_id: correct_report(
            texts[report_id], mentions[report_id], findings[report_id], decisions[report_id], known
        )
        for report_id in affected.to_pylist()
    }
    return CorrectedBatch(
        ReportBatch(
            reports=batch.reports,
            mentions=_replace(
                batch.mentions,
                affected,
                [row for one in corrected.values() for row in one.mentions],
            ),
            findings=_replace(
                batch.findings,
                affected,
                [row for one in corrected.values() for row in one.findings],
            ),
        ),
        plain,
        corrected,
    )


def label_corrected(
    corrected: CorrectedBatch, columns: LabelColumns, conflict: Conflict
) -> pa.Table:
    """Label a corrected batch by the rule of `pipeline.labelling.aggregation`.

    Where a value is another one than without corrections, its evidence names the corrections that
    made it so, even where no value is left.

    Returns:
        (reports,) rows of the labels table, in the order of the batch's reports.
    """
    labels = label_reports(corrected.batch, columns, conflict)
    if not any(one.touched for one in corrected.reports.values()):
        return labels
    plain = label_reports(corrected.plain, columns, conflict)
    names: list[str] = columns.concept_ids.to_pylist()
    before = {row["report_id"]: row for row in plain.to_pylist()}
    rows = pc.indices_nonzero(
        pc.is_in(labels["report_id"], value_set=pa.array(list(before), pa.string()))
    ).to_pylist()
    evidence = labels["evidence"].to_pylist()
    for row in rows:
        (after,) = labels.slice(row, 1).to_pylist()
        report_id = after["report_id"]
        differing = [name for name in names if after[name] != before[report_id][name]]
        evidence[row] = _with_corrections(
            dict(after["evidence"]), differing, corrected.reports[report_id], names
        )
    place = labels.schema.get_field_index("evidence")
    field = LABELS.schema(tuple(names)).field("evidence")
    return labels.set_column(place, field, pa.array(evidence, EVIDENCE))


def _with_corrections(
    evidence: dict[str, list[str]],
    differing: Sequence[str],
    report: CorrectedReport,
    names: Sequence[str],
) -> list[tuple[str, list[str]]]:
    for concept in differing:
        ids = [c for c, concepts in report.touched.items() if concept in concepts]
        # A concept that others imply, or a place whose finding was corrected.
        ids = ids or list(report.touched)
        listed = evidence.setdefault(concept, [])
        listed += [evidence_id(one) for one in ids if evidence_id(one) not in listed]
    return [(name, evidence[name]) for name in names if name in evidence]


def _of_reports(batch: ReportBatch, report_ids: pa.Array) -> ReportBatch:
    def chosen(rows: pa.Table) -> pa.Table:
        return rows.filter(pc.is_in(rows["report_id"], value_set=report_ids))

    return ReportBatch(chosen(batch.reports), chosen(batch.mentions), chosen(batch.findings))


def _by_report(rows: pa.Table) -> defaultdict[str, list[Row]]:
    grouped: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows.to_pylist():
        grouped[row["report_id"]].append(row)
    return grouped


def _replace(rows: pa.Table, report_ids: pa.Array, new: Sequence[Row]) -> pa.Table:
    kept = rows.filter(pc.invert(pc.is_in(rows["report_id"], value_set=report_ids)))
    return pa.concat_tables([kept, pa.Table.from_pylist(list(new), schema=rows.schema)])
