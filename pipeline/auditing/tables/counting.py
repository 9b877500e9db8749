"""What a run's tables hold, in counts: by concept, assertion, source, section and split."""

from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa

from data_contracts.audit_tables import COUNTS
from data_contracts.concepts import (
    AFFIRMED,
    ASSERTIONS,
    CATEGORIES,
    NEGATED,
    UNCERTAIN,
    is_concept_id,
)
from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.auditing.tables.database import Tables

Dimension = Literal["source", "section", "split"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("source", "section", "split")

#: The most affirmative statement counts where a section states several.
_STRENGTH: Final = "CASE assertion WHEN 'affirmed' THEN 3 WHEN 'uncertain' THEN 2 ELSE 1 END"
_STATED: Final = "('affirmed', 'uncertain', 'negated')"


@dataclass(frozen=True, slots=True)
class ConceptCount:
    """Mentions of a concept per assertion, and the reports that have any.

    Attributes:
        concept_id: the concept.
        mentions: mentions by assertion, in the order of `ASSERTIONS`.
        reports: reports with a mention.
    """

    concept_id: str
    mentions: tuple[int, ...]
    reports: int


@dataclass(frozen=True, slots=True)
class LabelCount:
    """Reports by what their label says of a concept; the others do not mention it.

    Attributes:
        concept_id: the concept.
        affirmed: reports labelled 1.
        negated: reports labelled 0.
        uncertain: reports labelled -1.
    """

    concept_id: str
    affirmed: int
    negated: int
    uncertain: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often findings and impression say the same of a finding.

    Attributes:
        concept_id: the finding.
        both: reports whose findings and impression both state it.
        same: those in which they say the same.
        opposed: those in which one affirms what the other negates.
    """

    concept_id: str
    both: int
    same: int
    opposed: int


def count_concepts(tables: Tables) -> list[ConceptCount]:
    """Mentions and reports of every concept, in the order of categories and then by frequency."""
    per_assertion = ", ".join(f"count(*) FILTER (assertion = '{a}')" for a in ASSERTIONS)
    rows = tables.query(
        f"SELECT concept_id, [{per_assertion}] AS mentions, "
        "count(DISTINCT report_id) AS reports FROM mentions GROUP BY concept_id"
    ).to_pylist()
    counted = [ConceptCount(r["concept_id"], tuple(r["mentions"]), r["reports"]) for r in rows]
    categories = list(CATEGORIES)
    return sorted(
        counted,
        key=lambda one: (
            categories.index(one.concept_id.partition(":")[0]),  # type: ignore[arg-type]
            -sum(one.mentions),
            one.concept_id,
        ),
    )


def count_labels(tables: Tables) -> list[LabelCount]:
    """Reports by their label for every concept of the labels table, in the table's order."""
    concepts = [name for name in tables.columns("labels") if is_concept_id(name)]
    if not concepts:
        return []
    selected = ", ".join(
        f'count(*) FILTER ("{concept}" = {value})'
        for concept in concepts
        for value in (AFFIRMED, NEGATED, UNCERTAIN)
    )
    (row,) = tables.query(f"SELECT [{selected}] AS counts FROM labels").to_pylist()
    counts = row["counts"]
    return [
        LabelCount(concept, *counts[3 * place : 3 * place + 3])
        for place, concept in enumerate(concepts)
    ]


def count_along(tables: Tables, dimension: Dimension) -> list[tuple[str, tuple[int, ...], int]]:
    """Mentions by assertion, and reports, for every source, section or split.

    Returns:
        Per value, in descending order: the value, its mentions in the order of `ASSERTIONS`, and
        the reports of that source or split, or with mentions in that section.
    """
    per_assertion = ", ".join(
        f"coalesce(sum(n) FILTER (assertion = '{a}'), 0)::BIGINT" for a in ASSERTIONS
    )
    if dimension == "section":
        return [
            (row["value"], tuple(row["mentions"]), row["reports"])
            for row in tables.query(
                f"SELECT section AS value, [{per_assertion}] AS mentions, "
                "count(DISTINCT report_id) AS reports FROM (SELECT section, report_id, assertion, "
                "count(*) AS n FROM mentions GROUP BY ALL) GROUP BY section ORDER BY reports DESC"
            ).to_pylist()
        ]
    return [
        (row["value"], tuple(row["mentions"]), row["reports"])
        for row in tables.query(
            f"SELECT coalesce({dimension}, 'none') AS value, [{per_assertion}] AS mentions, "
            "count(DISTINCT report_id) AS reports FROM reports LEFT JOIN (SELECT report_id, "
            "assertion, count(*) AS n FROM mentions GROUP BY ALL) USING (report_id) "
            "GROUP BY value ORDER BY reports DESC, value"
        ).to_pylist()
    ]


def cross_counts(tables: Tables) -> pa.Table:
    """Rows of the counts table: every concept, assertion, source, section and split that occurs."""
    rows = tables.query(
        "SELECT concept_id, assertion, source, section, coalesce(split, 'none') AS split, "
        "count(*) AS mentions, count(DISTINCT report_id) AS reports "
        "FROM mentions JOIN reports USING (report_id) GROUP BY ALL ORDER BY ALL"
    )
    return rows.cast(COUNTS.schema())


def section_agreement(tables: Tables) -> list[Agreement]:
    """Agreement of findings and impression on every finding, the most often stated first."""
    rows = tables.query(
        f"""
        WITH said AS (
            SELECT report_id, concept_id,
                max({_STRENGTH}) FILTER (section = 'findings') AS findings,
                max({_STRENGTH}) FILTER (section IN ('impression', 'addendum')) AS impression
            FROM mentions
            WHERE category = 'finding' AND section IN {ASSERTING_SECTIONS}
                AND assertion IN {_STATED}
            GROUP BY report_id, concept_id
        )
        SELECT concept_id, count(*) AS shared,
            count(*) FILTER (findings = impression) AS same,
            count(*) FILTER (abs(findings - impression) = 2) AS opposed
        FROM said WHERE findings IS NOT NULL AND impression IS NOT NULL
        GROUP BY concept_id ORDER BY shared DESC, concept_id
        """
    ).to_pylist()
    return [Agreement(r["concept_id"], r["shared"], r["same"], r["opposed"]) for r in rows]
