"""What mentions of findings, and of the places and kinds of lung findings, claim."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.labelling.label_columns import LabelColumns

IntArray = npt.NDArray[np.int64]
#: (reports, concepts): 0 not mentioned, then the places in `_BY_STRENGTH` from 1.
Strengths = npt.NDArray[np.uint8]

_BY_STRENGTH: Final = pa.array(["negated", "uncertain", "affirmed"])
_NEGATED, _AFFIRMED = np.uint8(1), np.uint8(len(_BY_STRENGTH))
_CONCLUDING_SECTIONS: Final = pa.array(["impression", "addendum"])
_ASSERTING: Final = pa.array(ASSERTING_SECTIONS)
_ATTRIBUTES: Final = ("sides", "zones", "descriptors")

#: The columns of reports, mentions and findings that the rule reads.
REPORT_COLUMNS: Final = ("report_id", "subject_id", "study_id", "split")
MENTION_COLUMNS: Final = (
    "mention_id",
    "report_id",
    "section",
    "start",
    "end",
    "concept_id",
    "category",
    "assertion",
)
FINDING_COLUMNS: Final = (
    "report_id",
    "mention_id",
    "section",
    "finding",
    "assertion",
    *_ATTRIBUTES,
    "mention_ids",
)


class LabellingError(ValueError):
    """Mentions and findings do not belong together, or not to this lexicon."""


@dataclass(frozen=True, slots=True)
class ReportBatch:
    """Some reports and everything that was extracted from them.

    Attributes:
        reports: (reports,) rows with `REPORT_COLUMNS`.
        mentions: all of their mentions, with `MENTION_COLUMNS`.
        findings: all of their findings, with `FINDING_COLUMNS`.
    """

    reports: pa.Table
    mentions: pa.Table
    findings: pa.Table


@dataclass(frozen=True, slots=True)
class Claims:
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

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Claims":
        """Those of the claims that a mask of (claims,) chooses."""
        return Claims(
            self.report[chosen],
            self.concept[chosen],
            self.strength[chosen],
            self.mention[chosen],
        )


def in_text_order(mentions: pa.Table) -> pa.Table:
    """Mentions so that those of a report follow each other as in its text."""
    keys = [(name, "ascending") for name in ("start", "end", "concept_id", "mention_id")]
    return mentions.take(pc.sort_indices(mentions, sort_keys=keys)).combine_chunks()


def finding_claims(
    batch: ReportBatch, columns: LabelColumns
) -> tuple[Claims, npt.NDArray[np.bool_]]:
    """What mentions of findings claim.

    Args:
        batch: reports with their mentions.
        columns: the concepts to label.

    Returns:
        The claims, and for each whether impression or addendum make it.

    Raises:
        LabellingError: a finding is not among `columns`.
    """
    mentions = batch.mentions
    strength = _stated_strength(mentions)
    rows = np.flatnonzero((strength > 0) & _booleans(pc.equal(mentions["category"], "finding")))
    stated = mentions.take(pa.array(rows))
    claims = Claims(
        report=_positions(stated["report_id"], batch.reports["report_id"], "report"),
        concept=_positions(stated["concept_id"], columns.concept_ids, "concept"),
        strength=strength[rows],
        mention=rows,
    )
    return claims, _booleans(pc.is_in(stated["section"], value_set=_CONCLUDING_SECTIONS))


def attribute_claims(batch: ReportBatch, columns: LabelColumns, strengths: Strengths) -> Claims:
    """What statements of lung findings claim of their sides, zones and descriptors.

    Args:
        batch: reports with their mentions and findings.
        columns: the concepts to label.
        strengths: (reports, concepts) what the report was decided to say of each finding.

    Raises:
        LabellingError: a finding refers to a mention that is not there, or a concept is not among
            `columns`.
    """
    findings = batch.findings
    strength = _stated_strength(findings)
    concept = _positions(findings["finding"], columns.concept_ids, "concept")
    rows = np.flatnonzero((strength > 0) & columns.is_lung[concept])
    stated = findings.take(pa.array(rows)).combine_chunks()
    report = _positions(stated["report_id"], batch.reports["report_id"], "report")
    stated_strength, left = strength[rows], strengths[report, concept[rows]]
    limit = np.where(left < stated_strength, left, _AFFIRMED)
    # "Right effusion without consolidation": the side is affirmed, but of the effusion.
    limit = np.where(stated_strength == _NEGATED, _NEGATED, limit)

    owners, named = [], []
    for group in _ATTRIBUTES:
        lists = stated[group].combine_chunks()
        owners.append(_integers(pc.list_parent_indices(lists)))
        named.append(_positions(pc.list_flatten(lists), columns.concept_ids, "concept"))
    owner, attribute = np.concatenate(owners), np.concatenate(named)
    claim, mention = _mentions_of(batch.mentions, stated, owner, attribute, columns)
    owner, attribute = owner[claim], attribute[claim]
    own = _stated_strength(batch.mentions)[mention]
    claims = Claims(report[owner], attribute, np.minimum(own, limit[owner]), mention)
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
