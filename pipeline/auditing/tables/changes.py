"""What differs between the labels of two runs, concept by concept and report by report."""

from dataclasses import dataclass

import pyarrow as pa

from data_contracts.audit_tables import CHANGES
from data_contracts.concepts import is_concept_id
from pipeline.auditing.tables.database import Tables


@dataclass(frozen=True, slots=True)
class ConceptChange:
    """How a concept's labels differ from another run's.

    Attributes:
        concept_id: the concept.
        before: reports whose label was 1.
        after: reports whose label is 1.
        gained: reports that have a value where they had none.
        lost: reports that have none where they had one.
        changed: reports whose value is another one.
    """

    concept_id: str
    before: int
    after: int
    gained: int
    lost: int
    changed: int


@dataclass(frozen=True, slots=True)
class Changes:
    """The differences of two runs.

    Attributes:
        rows: the changes table.
        concepts: the concepts that differ, the most changed first.
        reports: reports of both runs.
        only_before: reports of the other run alone.
        only_after: reports of this run alone.
        new_concepts: concepts that only this run has a column for.
        gone_concepts: concepts that only the other run has a column for.
    """

    rows: pa.Table
    concepts: list[ConceptChange]
    reports: int
    only_before: int
    only_after: int
    new_concepts: list[str]
    gone_concepts: list[str]


def find_changes(tables: Tables, before: Tables) -> Changes:
    """Hold this run's labels against another's.

    Args:
        tables: this run's tables.
        before: the other run's.

    Raises:
        TablesError: one of them has no labels.
    """
    tables.need("labels")
    before.need("labels")
    ours = [name for name in tables.columns("labels") if is_concept_id(name)]
    theirs = [name for name in before.columns("labels") if is_concept_id(name)]
    shared = [name for name in ours if name in theirs]
    wanted = ", ".join(["report_id", *(f'"{name}"' for name in shared)])
    old = before.query(f"SELECT {wanted} FROM labels")
    tables.hold("_before", old)
    pairs = "".join(f', b."{c}" AS "before {c}", a."{c}" AS "after {c}"' for c in shared)
    tables.keep(
        "_both",
        f"SELECT report_id{pairs} FROM labels a JOIN _before b USING (report_id)",
    )
    counted = tables.query(
        "SELECT (SELECT count(*) FROM _both) AS shared, (SELECT count(*) FROM labels) AS after, "
        "(SELECT count(*) FROM _before) AS before"
    ).to_pylist()[0]
    concepts = _count_changes(tables, shared)
    parts = [
        tables.query(
            f"SELECT report_id, '{concept_id}' AS concept_id, \"before {concept_id}\" AS before, "
            f'"after {concept_id}" AS after FROM _both WHERE "before {concept_id}" '
            f'IS DISTINCT FROM "after {concept_id}" ORDER BY report_id'
        )
        for concept_id in shared
        if any(concept_id == change.concept_id for change in concepts)
    ]
    schema = CHANGES.schema()
    return Changes(
        rows=pa.concat_tables([part.cast(schema) for part in parts] or [schema.empty_table()]),
        concepts=sorted(concepts, key=lambda c: -(c.gained + c.lost + c.changed)),
        reports=counted["shared"],
        only_before=counted["before"] - counted["shared"],
        only_after=counted["after"] - counted["shared"],
        new_concepts=[name for name in ours if name not in theirs],
        gone_concepts=[name for name in theirs if name not in ours],
    )


def _count_changes(tables: Tables, concept_ids: list[str]) -> list[ConceptChange]:
    """Counts of those concepts that differ, all in one pass over the reports."""
    counts = []
    for concept_id in concept_ids:
        before, after = f'"before {concept_id}"', f'"after {concept_id}"'
        conditions = (
            f"{before} = 1",
            f"{after} = 1",
            f"{before} IS NULL AND {after} IS NOT NULL",
            f"{before} IS NOT NULL AND {after} IS NULL",
            f"{before} <> {after}",
        )
        counts.append(", ".join(f"count(*) FILTER ({one})" for one in conditions))
    listed = ", ".join(f"[{one}]" for one in counts)
    (row,) = tables.query(f"SELECT [{listed}] AS counts FROM _both").to_pylist()
    changes = [
        ConceptChange(concept_id, *counted)
        for concept_id, counted in zip(concept_ids, row["counts"], strict=True)
    ]
    return [one for one in changes if one.gained or one.lost or one.changed]
