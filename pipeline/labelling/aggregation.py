"""The rule that makes one value per report and concept of all that a report states.

1. Only findings, impression, addendum and unsectioned body state what the image shows. What is
   historical or hypothetical states nothing.
2. A finding's value: where any statement affirms it 1, else where any hedges -1, else where any
   negates 0, else null. Under `impression_wins` the statements of impression and addendum alone
   decide wherever they speak of the finding.
3. Sides, zones and descriptors tell where and how the lungs' own findings are (`lung: yes` in the
   lexicon). Each takes the value of its own mention ("left base atelectasis versus scar" doubts
   what is there, not where), but where its finding is overruled in the report, never more than
   what the finding was left with; then again 1 before -1 before 0.
4. A concept that others imply gets the highest of its own value and theirs, 1 before -1 before 0.

The evidence of a value is the mentions whose statements have that value and were heard.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.concepts import AFFIRMED, NEGATED, UNCERTAIN
from data_contracts.tables import ASSERTING_SECTIONS, EVIDENCE, LABELS
from pipeline.labelling.corresponding_parts import ReportBatch
from pipeline.labelling.label_columns import LabelColumns

Conflict = Literal["affirmed_wins", "impression_wins"]

IntArray = npt.NDArray[np.int64]
#: (reports, concepts): 0 not mentioned, then the places in `_BY_STRENGTH` from 1.
Strengths = npt.NDArray[np.uint8]

_BY_STRENGTH: Final = pa.array(["negated", "uncertain", "affirmed"])
_STRONGEST: Final = np.uint8(len(_BY_STRENGTH))
_VALUES: Final = np.array([0, NEGATED, UNCERTAIN, AFFIRMED], dtype=np.int8)
_CONCLUDING_SECTIONS: Final = pa.array(["impression", "addendum"])
_ASSERTING: Final = pa.array(ASSERTING_SECTIONS)
_ATTRIBUTES: Final = ("sides", "zones", "descriptors")


class LabellingError(ValueError):
    """Mentions and findings do not belong together, or not to this lexicon."""


@dataclass(frozen=True, slots=True)
class _Claims:
    """What mentions claim, one entry a claim.

    Attributes:
        report: row of the report.
        concept: position of the concept among the label columns.
        strength: what is claimed, as in `Strengths`; never 0.
        mention: row of the mention that claims it.
    """

    report: IntArray
    concept: IntArray
    strength: npt.NDArray[np.uint8]
    mention: IntArray

    def where(self, chosen: npt.NDArray[np.bool_]) -> "_Claims":
        return _Claims(
            self.report[chosen],
            self.concept[chosen],
            self.strength[chosen],
            self.mention[chosen],
        )


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
        mentions=_in_text_order(batch.mentions),
        findings=batch.findings.combine_chunks(),
    )
    claims, is_conclusion = _finding_claims(batch, columns)
    shape = (batch.reports.num_rows, len(columns))
    strengths = _strongest(claims, shape)
    heard = np.ones(len(claims.report), dtype=np.bool_)
    if conflict == "impression_wins":
        concluded = _strongest(claims.where(is_conclusion), shape)
        strengths = np.where(concluded > 0, concluded, strengths)
        heard = is_conclusion | (concluded[claims.report, claims.concept] == 0)
    claims = claims.where(heard)

    attributes = _attribute_claims(batch, columns, strengths)
    strengths = np.maximum(strengths, _strongest(attributes, shape))
    deciding = _join([_deciding(claims, strengths), _deciding(attributes, strengths)])
    strengths, deciding = _with_implied(strengths, deciding, columns)
    return _label_table(batch, columns, strengths, deciding)


def _in_text_order(mentions: pa.Table) -> pa.Table:
    keys = [(name, "ascending") for name in ("start", "end", "concept_id", "mention_id")]
    return mentions.take(pc.sort_indices(mentions, sort_keys=keys)).combine_chunks()


def _finding_claims(
    batch: ReportBatch, columns: LabelColumns
) -> tuple[_Claims, npt.NDArray[np.bool_]]:
    """What mentions of findings claim, and whether they do so in impression or addendum."""
    mentions = batch.mentions
    strength = _stated_strength(mentions)
    rows = np.flatnonzero((strength > 0) & _booleans(pc.equal(mentions["category"], "finding")))
    stated = mentions.take(pa.array(rows))
    claims = _Claims(
        report=_positions(stated["report_id"], batch.reports["report_id"], "report"),
        concept=_positions(stated["concept_id"], columns.concept_ids, "concept"),
        strength=strength[rows],
        mention=rows,
    )
    return claims, _booleans(pc.is_in(stated["section"], value_set=_CONCLUDING_SECTIONS))


def _attribute_claims(batch: ReportBatch, columns: LabelColumns, strengths: Strengths) -> _Claims:
    """What statements of lung findings claim of their sides, zones and descriptors."""
    findings = batch.findings
    strength = _stated_strength(findings)
    concept = _positions(findings["finding"], columns.concept_ids, "concept")
    rows = np.flatnonzero((strength > 0) & columns.is_lung[concept])
    stated = findings.take(pa.array(rows)).combine_chunks()
    report = _positions(stated["report_id"], batch.reports["report_id"], "report")
    left = strengths[report, concept[rows]]
    limit = np.where(left < strength[rows], left, _STRONGEST)

    owners, named = [], []
    for group in _ATTRIBUTES:
        lists = stated[group].combine_chunks()
        owners.append(_integers(pc.list_parent_indices(lists)))
        named.append(_positions(pc.list_flatten(lists), columns.concept_ids, "concept"))
    owner, attribute = np.concatenate(owners), np.concatenate(named)
    claim, mention = _mentions_of(batch.mentions, stated, owner, attribute, columns)
    owner, attribute = owner[claim], attribute[claim]
    own = _stated_strength(batch.mentions)[mention]
    claims = _Claims(report[owner], attribute, np.minimum(own, limit[owner]), mention)
    return claims.where(claims.strength > 0)


def _mentions_of(
    mentions: pa.Table,
    findings: pa.Table,
    owner: IntArray,
    attribute: IntArray,
    columns: LabelColumns,
) -> tuple[IntArray, IntArray]:
    """Pairs of a claim and a mention behind it: the attribute's own, or else the finding's.

    Args:
        mentions: the batch's mentions.
        findings: (findings,) the stated lung findings.
        owner: (claims,) the finding that each attribute belongs to.
        attribute: (claims,) positions of the attributes among the label columns.
        columns: the label columns.
    """
    lists = findings["mention_ids"].combine_chunks()
    behind = _positions(pc.list_flatten(lists), mentions["mention_id"], "mention")
    finding = _integers(pc.list_parent_indices(lists))
    concept = _positions(
        mentions["concept_id"].take(pa.array(behind)), columns.concept_ids, "concept"
    )
    claimed = owner * len(columns) + attribute
    shown = finding * len(columns) + concept
    order = np.argsort(claimed, kind="stable")
    ranked = claimed[order]
    place = np.searchsorted(ranked, shown)
    found = place < len(ranked)
    found[found] = ranked[place[found]] == shown[found]
    claim, mention = order[place[found]], behind[found]

    bare = np.setdiff1d(np.arange(len(claimed)), claim)
    own = _positions(
        findings["mention_id"].take(pa.array(owner[bare])), mentions["mention_id"], "mention"
    )
    return np.concatenate([claim, bare]), np.concatenate([mention, own])


def _stated_strength(rows: pa.Table) -> npt.NDArray[np.uint8]:
    """What rows of mentions or findings state, as in `Strengths`; 0 outside asserting sections."""
    assertion = pc.index_in(rows["assertion"], value_set=_BY_STRENGTH)
    strength = np.asarray(pc.fill_null(pc.add(assertion, 1), 0)).astype(np.uint8)
    asserting = _booleans(pc.is_in(rows["section"], value_set=_ASSERTING))
    return np.where(asserting, strength, np.uint8(0))


def _strongest(claims: _Claims, shape: tuple[int, int]) -> Strengths:
    strengths = np.zeros(shape, dtype=np.uint8)
    np.maximum.at(strengths, (claims.report, claims.concept), claims.strength)
    return strengths


def _deciding(claims: _Claims, strengths: Strengths) -> _Claims:
    return claims.where(claims.strength == strengths[claims.report, claims.concept])


def _with_implied(
    strengths: Strengths, deciding: _Claims, columns: LabelColumns
) -> tuple[Strengths, _Claims]:
    """Give implied concepts the values and the evidence of those that imply them."""
    raised = strengths.copy()
    for concept, implied in columns.implications:
        np.maximum(raised[:, implied], strengths[:, concept], out=raised[:, implied])
    handed_on = [deciding]
    for concept, implied in columns.implications:
        own = deciding.where(deciding.concept == concept)
        concepts = np.full_like(own.concept, implied)
        handed_on.append(_Claims(own.report, concepts, own.strength, own.mention))
    return raised, _deciding(_join(handed_on), raised)


def _join(claims: list[_Claims]) -> _Claims:
    return _Claims(
        np.concatenate([c.report for c in claims]),
        np.concatenate([c.concept for c in claims]),
        np.concatenate([c.strength for c in claims]),
        np.concatenate([c.mention for c in claims]),
    )


def _label_table(
    batch: ReportBatch, columns: LabelColumns, strengths: Strengths, deciding: _Claims
) -> pa.Table:
    names: list[str] = columns.concept_ids.to_pylist()
    arrays = {name: batch.reports[name] for name in LABELS.column_names if name != "evidence"}
    arrays["evidence"] = _evidence(batch, columns, deciding)
    for index, name in enumerate(names):
        strength = strengths[:, index]
        arrays[name] = pa.array(_VALUES[strength], mask=strength == 0)
    return pa.table(arrays, schema=LABELS.schema(tuple(names)))


def _evidence(batch: ReportBatch, columns: LabelColumns, deciding: _Claims) -> pa.Array:
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


def _positions(values: pa.ChunkedArray | pa.Array, known: pa.Array, what: str) -> IntArray:
    """Where each value stands among `known`.

    Raises:
        LabellingError: a value is not known.
    """
    positions = pc.index_in(values, value_set=known)
    if positions.null_count:
        strange = values.filter(pc.is_null(positions))
        remedy = {
            "report": "the reports table lacks it; run extract again on these reports",
            "concept": "the lexicon lacks it; run extract again with this lexicon",
            "mention": "the mentions table lacks it; run extract again",
        }[what]
        raise LabellingError(
            f"mentions and findings name the {what} '{strange[0]}' ({len(strange)} times an "
            f"unknown one): {remedy}"
        )
    return _integers(positions)


def _integers(values: pa.ChunkedArray | pa.Array) -> IntArray:
    return np.asarray(values).astype(np.int64)


def _booleans(values: pa.ChunkedArray | pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(values).astype(np.bool_)
