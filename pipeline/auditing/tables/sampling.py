"""Samples for review: reports drawn by strata, so that rare things are seen and weights are known.

Every report belongs to exactly one stratum: that of the rarest thing it holds. A report of a
stratum of N reports, of which n are reviewed, then stands for N / n reports.
"""

from typing import Final, Literal

import pyarrow as pa

from data_contracts.corrections import REVIEW_SAMPLE
from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.errors import TablesError

Stratification = Literal["concept", "assertion", "cue", "disagreement", "reference"]
STRATIFICATIONS: Final[tuple[Stratification, ...]] = (
    "concept",
    "assertion",
    "cue",
    "disagreement",
    "reference",
)

#: Fewest reports to draw from a stratum: one alone has no spread.
_FEWEST: Final = 2
#: Reports to a stratum at least, on average: with more strata, the most frequent are merged.
_PER_STRATUM: Final = 5
_REST: Final = "all others"

#: (report_id, thing): everything by which a report can be placed into a stratum.
_THINGS: Final[dict[Stratification, str]] = {
    "concept": "SELECT DISTINCT report_id, concept_id AS thing FROM mentions "
    f"WHERE assertion = 'affirmed' AND section IN {ASSERTING_SECTIONS}",
    "assertion": "SELECT DISTINCT report_id, assertion AS thing FROM mentions",
    "cue": "SELECT DISTINCT report_id, regexp_replace(lower(cue), '\\s+', ' ', 'g') AS thing "
    "FROM mentions WHERE cue IS NOT NULL",
    "disagreement": "SELECT report_id, concept_id AS thing FROM mentions "
    "WHERE category = 'finding' AND assertion IN ('affirmed', 'negated') "
    "GROUP BY report_id, concept_id HAVING bool_or(section = 'findings' AND assertion = 'affirmed')"
    " AND bool_or(section IN ('impression', 'addendum') AND assertion = 'negated') "
    "OR bool_or(section = 'findings' AND assertion = 'negated') "
    "AND bool_or(section IN ('impression', 'addendum') AND assertion = 'affirmed')",
    "reference": "SELECT report_id, kind || ' ' || concept_id AS thing FROM audit_disagreements",
}
_NOTHING: Final[dict[Stratification, str]] = {
    "concept": "nothing affirmed",
    "assertion": "nothing mentioned",
    "cue": "no cue",
    "disagreement": "sections agree",
    "reference": "as the reference",
}


def draw_sample(tables: Tables, by: Stratification, reports: int, seed: int) -> pa.Table:
    """Draw reports from every stratum; see `allocate`.

    Strata that are too many for `reports` are merged, the most frequent first.

    Args:
        tables: the run's tables.
        by: what the strata are made of: affirmed concepts; assertions; the words that decided
            them; findings that findings and impression dispute; or disagreements with a coded
            reference, as `audit compare` wrote them.
        reports: how many to draw; all where there are fewer.
        seed: the same seed draws the same reports.

    Returns:
        Rows of the sample table in random order, the same for a seed.

    Raises:
        TablesError: a table is not there, `by` is unknown, or `reports` is below 1.
    """
    if by not in STRATIFICATIONS:
        raise TablesError(f"'{by}' makes no strata; there are {', '.join(STRATIFICATIONS)}")
    if reports < 1:
        raise TablesError(f"a sample of {reports} reports is none; ask for 1 or more")
    tables.need("reports", "mentions", *(["audit_disagreements"] if by == "reference" else []))
    _place(tables, by, most=max(reports // _PER_STRATUM, 1))
    sizes = {
        row["stratum"]: row["n"]
        for row in tables.query(
            "SELECT stratum, count(*) AS n FROM _placed GROUP BY stratum ORDER BY n, stratum"
        ).to_pylist()
    }
    drawn = allocate(sizes, reports)
    wanted = pa.table(
        {
            "stratum": pa.array(list(drawn), pa.string()),
            "stratum_reports": pa.array([sizes[name] for name in drawn], pa.int64()),
            "draw": pa.array(list(drawn.values()), pa.int64()),
        }
    )
    tables.hold("_wanted", wanted)
    rows = tables.query(
        """
        SELECT report_id, ? AS by, stratum, stratum_reports, ?::BIGINT AS seed
        FROM (
            SELECT *, row_number() OVER (PARTITION BY stratum ORDER BY chance, report_id) AS place
            FROM (SELECT *, md5(report_id || ' ' || ?) AS chance FROM _placed)
        ) JOIN _wanted USING (stratum)
        WHERE place <= draw ORDER BY md5(chance), report_id
        """,
        (by, seed, str(seed)),
    )
    return rows.cast(REVIEW_SAMPLE.schema())


def allocate(sizes: dict[str, int], reports: int) -> dict[str, int]:
    """How many reports to draw of each stratum: in proportion to the square root of its size.

    A power allocation (Bankier 1988) lies between equal shares, which starve the bulk, and
    proportional ones, which miss what is rare. Every stratum gives at least two reports, or all
    it has.

    Args:
        sizes: reports of each stratum.
        reports: how many to draw of all.
    """
    drawn = {name: min(_FEWEST, size) for name, size in sizes.items()}
    left = min(reports, sum(sizes.values())) - sum(drawn.values())
    for _ in range(left):
        # The stratum whose share is the furthest below its due.
        name = min(
            (one for one in sizes if drawn[one] < sizes[one]),
            key=lambda one: (drawn[one] / sizes[one] ** 0.5, one),
        )
        drawn[name] += 1
    return drawn


def _place(tables: Tables, by: Stratification, most: int) -> None:
    """Hold `_placed`: every report and its stratum, of at most `most` strata."""
    tables.keep("_things", _THINGS[by])
    tables.keep(
        "_placed",
        """
        WITH counted AS (SELECT thing, count(*) AS n FROM _things GROUP BY thing),
        rarest AS (
            SELECT report_id, arg_min(thing, (n, thing)) AS thing
            FROM _things JOIN counted USING (thing) GROUP BY report_id
        ),
        strata AS (
            SELECT report_id, coalesce(thing, ?) AS stratum
            FROM reports LEFT JOIN rarest USING (report_id)
        ),
        sizes AS (
            SELECT stratum, row_number() OVER (ORDER BY count(*), stratum) AS place,
                count(*) OVER () AS strata
            FROM strata GROUP BY stratum
        )
        SELECT report_id, CASE WHEN strata <= ? OR place < ? THEN stratum ELSE ? END AS stratum
        FROM strata JOIN sizes USING (stratum)
        """,
        (_NOTHING[by], most, most, _REST),
    )
