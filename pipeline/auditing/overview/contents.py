"""What a run's folder holds: totals and names."""

from collections.abc import Sequence
from typing import Final

from pipeline.auditing.tables.database import Tables

#: What is counted, of which table, and how; reports and findings, then images, stand before.
_FIRST: Final = (
    ("reports", "reports", "count(*)"),
    ("findings", "findings", "count(*)"),
)
_TOTALS: Final = (
    ("patients", "reports", "count(DISTINCT subject_id)"),
    ("mentions", "mentions", "count(*)"),
    ("concepts to train on", "vocabulary", "count(*) FILTER (kept)"),
    ("words with vectors", "embeddings", "count(*) FILTER (kind = 'token')"),
)


def count_totals(tables: Tables) -> list[tuple[str, int]]:
    """What there is, in numbers, of the tables that there are, the most important first."""
    images = sum(count for _, count in count_cohorts(tables))
    return [
        *_counted(tables, _FIRST),
        *([("images", images)] if image_tables(tables) else []),
        *_counted(tables, _TOTALS),
    ]


def _counted(tables: Tables, wanted: Sequence[tuple[str, str, str]]) -> list[tuple[str, int]]:
    return [
        (name, tables.query(f"SELECT {counted} FROM {table}").column(0)[0].as_py())
        for name, table, counted in wanted
        if tables.has(table)
    ]


def image_tables(tables: Tables) -> list[str]:
    """Names of the tables of images, one for each data set that was read."""
    return [name for name, path in tables.paths.items() if path.name == "images.parquet"]


def count_cohorts(tables: Tables) -> list[tuple[str, int]]:
    """Cohorts of images and how many images each has, however many tables name them."""
    listed = [f'SELECT cohort, image_id FROM "{name}"' for name in image_tables(tables)]
    if not listed:
        return []
    rows = tables.query(
        f"SELECT cohort, count(*) AS n FROM ({' UNION '.join(listed)}) GROUP BY 1 ORDER BY 1"
    ).to_pylist()
    return [(row["cohort"], row["n"]) for row in rows]


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
