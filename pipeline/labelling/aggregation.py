"""The rule that makes one value per report and concept of all that a report states.

1. Only findings, impression, addendum and unsectioned body state what the image shows. What is
   historical or hypothetical states nothing.
2. A finding's value: where any statement affirms it 1, else where any hedges -1, else where any
   negates 0, else null. Under `impression_wins` the statements of impression and addendum alone
   decide wherever they speak of the finding.
3. Sides, zones and descriptors tell where and how the lungs' own findings are (`lung: yes` in the
   lexicon). Each takes the value of its own mention ("left base atelectasis versus scar" doubts
   what is there, not where), but of a negated finding 0, and where its finding is overruled in
   the report, never more than what the finding was left with; then again 1 before -1 before 0.
4. A concept that others imply gets the highest of its own value and theirs, 1 before -1 before 0.

The evidence of a value is the mentions whose statements have that value and were heard.
"""

from typing import Final, Literal

import numpy as np
import pyarrow as pa

from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN
from data_contracts.tables import EVIDENCE, LABELS
from pipeline.labelling.claims import (
    Claims,
    ReportBatch,
    Strengths,
    attribute_claims,
    finding_claims,
    in_text_order,
)
from pipeline.labelling.label_columns import LabelColumns

Conflict = Literal["affirmed_wins", "impression_wins"]

#: Label values by strength; the first stands for null.
_VALUES: Final = np.array([0, NEGATED, UNCERTAIN, AFFIRMED], dtype=np.int8)


def label_reports(batch: ReportBatch, columns: LabelColumns, conflict: Conflict) -> pa.Table:
    """Label each report of a batch by the rule above.

    Args:
        batch: reports with all of their mentions and findings, each in any order.
        columns: the concepts to label.
        conflict: whose word counts where findings and impression disagree.

    Returns:
        (reports,) rows of the labels table, in the order of the batch's reports.

    Raises:
        LabellingError: a finding refers to a mention that is not there, or a concept is not among
            `columns`.
    """
    batch = ReportBatch(
        reports=batch.reports.combine_chunks(),
        mentions=in_text_order(batch.mentions),
        findings=batch.findings.combine_chunks(),
    )
    claims, is_conclusion = finding_claims(batch, columns)
    shape = (batch.reports.num_rows, len(columns))
    strengths = _strongest(claims, shape)
    heard = np.ones(len(claims.report), dtype=np.bool_)
    if conflict == "impression_wins":
        concluded = _strongest(claims.where(is_conclusion), shape)
        strengths = np.where(concluded > 0, concluded, strengths)
        heard = is_conclusion | (concluded[claims.report, claims.concept] == 0)
    claims = claims.where(heard)

    attributes = attribute_claims(batch, columns, strengths)
    strengths = np.maximum(strengths, _strongest(attributes, shape))
    deciding = _join([_deciding(claims, strengths), _deciding(attributes, strengths)])
    strengths, deciding = _with_implied(strengths, deciding, columns)
    return _label_table(batch, columns, strengths, deciding)


def _strongest(claims: Claims, shape: tuple[int, int]) -> Strengths:
    strengths = np.zeros(shape, dtype=np.uint8)
    np.maximum.at(strengths, (claims.report, claims.concept), claims.strength)
    return strengths


def _deciding(claims: Claims, strengths: Strengths) -> Claims:
    return claims.where(claims.strength == strengths[claims.report, claims.concept])


def _with_implied(
    strengths: Strengths, deciding: Claims, columns: LabelColumns
) -> tuple[Strengths, Claims]:
    """Give implied concepts the values and the evidence of those that imply them."""
    raised = strengths.copy()
    for concept, implied in columns.implications:
        np.maximum(raised[:, implied], strengths[:, concept], out=raised[:, implied])
    handed_on = [deciding]
    for concept, implied in columns.implications:
        own = deciding.where(deciding.concept == concept)
        concepts = np.full_like(own.concept, implied)
        handed_on.append(Claims(own.report, concepts, own.strength, own.mention))
    return raised, _deciding(_join(handed_on), raised)


def _join(claims: list[Claims]) -> Claims:
    return Claims(
        np.concatenate([c.report for c in claims]),
        np.concatenate([c.concept for c in claims]),
        np.concatenate([c.strength for c in claims]),
        np.concatenate([c.mention for c in claims]),
    )


def _label_table(
    batch: ReportBatch, columns: LabelColumns, strengths: Strengths, deciding: Claims
) -> pa.Table:
    names: list[str] = columns.concept_ids.to_pylist()
    arrays = {name: batch.reports[name] for name in LABELS.column_names if name != "evidence"}
    arrays["evidence"] = _evidence(batch, columns, deciding)
    for index, name in enumerate(names):
        strength = strengths[:, index]
        arrays[name] = pa.array(_VALUES[strength], mask=strength == 0)
    return pa.table(arrays, schema=LABELS.schema(tuple(names)))


def _evidence(batch: ReportBatch, columns: LabelColumns, deciding: Claims) -> pa.Array:
    """Per report, each concept's mention ids in text order."""
    mentions = max(batch.mentions.num_rows, 1)
    cell = deciding.report * len(columns) + deciding.concept
    entries = np.unique(cell * mentions + deciding.mention)
    cells, sizes = np.unique(entries // mentions, return_counts=True)
    ids = batch.mentions["mention_id"].combine_chunks().take(pa.array(entries % mentions))
    reports = np.arange(batch.reports.num_rows + 1, dtype=np.int64)
    return pa.MapArray.from_arrays(
        pa.array(np.searchsorted(cells // len(columns), reports), pa.int32()),
        columns.concept_ids.take(pa.array(cells % len(columns))),
        pa.ListArray.from_arrays(
            pa.array(np.concatenate([[0], np.cumsum(sizes)]), pa.int32()), ids
        ),
    ).cast(EVIDENCE)
