"""Which findings the reports see where."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.auditing.tables.database import Tables

#: Findings and places that a picture shows; the most frequent.
MOST_FINDINGS: Final = 24
MOST_PLACES: Final = 20


@dataclass(frozen=True, slots=True)
class Cooccurrence:
    """Reports that affirm a finding at a place.

    Attributes:
        findings: concept ids of the findings, the most frequent first.
        places: concept ids of sides and then zones, the most frequent first.
        reports: (findings, places) reports that affirm the finding there.
        affirmed: (findings,) reports that affirm the finding anywhere.
        unplaced: (findings,) reports that affirm it and name no place for it.
    """

    findings: tuple[str, ...]
    places: tuple[str, ...]
    reports: npt.NDArray[np.int64]
    affirmed: npt.NDArray[np.int64]
    unplaced: npt.NDArray[np.int64]


def count_places(tables: Tables) -> Cooccurrence:
    """Count reports by affirmed finding and the side or zone that it is stated with.

    Raises:
        TablesError: there is no table of findings.
    """
    tables.need("findings")
    found = tables.query(
        "SELECT finding, count(DISTINCT report_id) AS affirmed, "
        "count(DISTINCT report_id) - count(DISTINCT report_id) "
        "FILTER (len(sides) + len(zones) > 0) AS unplaced "
        "FROM findings WHERE assertion = 'affirmed' GROUP BY finding "
        f"ORDER BY affirmed DESC, finding LIMIT {MOST_FINDINGS}"
    ).to_pylist()
    placed = tables.query(
        "SELECT finding, place, count(DISTINCT report_id) AS reports FROM ("
        "SELECT report_id, finding, unnest(list_concat(sides, zones)) AS place FROM findings "
        "WHERE assertion = 'affirmed') GROUP BY finding, place"
    ).to_pylist()
    findings = tuple(row["finding"] for row in found)
    places = _places(placed)
    reports = np.zeros((len(findings), len(places)), dtype=np.int64)
    rows = {finding: row for row, finding in enumerate(findings)}
    columns = {place: column for column, place in enumerate(places)}
    for row in placed:
        if row["finding"] in rows and row["place"] in columns:
            reports[rows[row["finding"]], columns[row["place"]]] = row["reports"]
    return Cooccurrence(
        findings,
        places,
        reports,
        np.array([row["affirmed"] for row in found], dtype=np.int64),
        np.array([row["unplaced"] for row in found], dtype=np.int64),
    )


def _places(placed: list[dict[str, object]]) -> tuple[str, ...]:
    totals: dict[str, int] = {}
    for row in placed:
        totals[str(row["place"])] = totals.get(str(row["place"]), 0) + int(str(row["reports"]))
    frequent = sorted(totals, key=lambda place: (-totals[place], place))[:MOST_PLACES]
    # Sides stand together, before the zones.
    return tuple(sorted(frequent, key=lambda place: not place.startswith("side:")))
