"""What a run's folder holds: totals, names, and what was set aside."""

from typing import Final

from pipeline.auditing.tables.database import Tables

#: What is counted, of which table, and how.
_TOTALS: Final = (
    ("reports", "reports", "count(*)"),
    ("patients", "reports", "count(DISTINCT subject_id)"),
    ("quarantined", "quarantine", "count(*)"),
    ("mentions", "mentions", "count(*)"),
    ("findings", "findings", "count(*)"),
    ("concepts to train on", "vocabulary", "count(*) FILTER (kept)"),
    ("words with vectors", "embeddings", "count(*) FILTER (kind = 'token')"),
)


def count_totals(tables: Tables) -> list[tuple[str, int]]:
    """What there is, in numbers, of the tables that there are."""
    return [
        (name, tables.query(f"SELECT {counted} FROM {table}").column(0)[0].as_py())
        for name, table, counted in _TOTALS
        if tables.has(table)
    ]


def count_values(tables: Tables, table: str, column: str) -> list[tuple[str, int]]:
    """A column's values and how often they occur, the most frequent first; none without table."""
    if not tables.has(table):
        return []
    rows = tables.query(
        f"SELECT {column} AS value, count(*) AS n FROM {table} GROUP BY 1 ORDER BY 2 DESC, 1"
    ).to_pylist()
    return [(row["value"], row["n"]) for row in rows]


def name_concepts(tables: Tables) -> dict[str, str]:
    """Concept ids and their names in plain words; none without a vocabulary."""
    if not tables.has("vocabulary"):
        return {}
    rows = tables.query("SELECT concept_id, preferred_name FROM vocabulary").to_pylist()
    return {row["concept_id"]: row["preferred_name"] for row in rows}


def kept_concepts(tables: Tables) -> set[str]:
    """Concepts to train on; none without a vocabulary."""
    if not tables.has("vocabulary"):
        return set()
    kept = tables.query("SELECT concept_id FROM vocabulary WHERE kept")
    return set(kept["concept_id"].to_pylist())
