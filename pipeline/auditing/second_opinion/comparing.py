"""A run's labels held against the second opinions beside them, report by report."""

from collections import defaultdict
from typing import Final

from data_contracts.concepts import is_concept_id
from data_contracts.second_opinions import LANGUAGE_MODEL
from data_contracts.tables import ASSERTING_SECTIONS
from pipeline.auditing.second_opinion.differences import (
    Difference,
    find_differences,
    most_telling_first,
)
from pipeline.auditing.tables.database import Tables

#: Of the readings of a model the latest counts, and only while the text is as it was read.
_LATEST: Final = """
    SELECT s.* FROM second_readings s JOIN reports r USING (report_id)
    WHERE outcome = 'answered' AND report_digest = sha256(r.text)
    QUALIFY row_number() OVER (
        PARTITION BY report_id, model ORDER BY s.time DESC, prompt_digest) = 1
"""


def has_second_opinions(tables: Tables) -> bool:
    """Whether a run has second opinions, and labels to hold them against."""
    return all(tables.has(one) for one in ("second_readings", "second_opinions", "labels"))


def hold_latest(tables: Tables) -> None:
    """Hold `_latest`: the readings that count, and `_opinions`: what each of them says."""
    tables.keep("_latest", _LATEST)
    tables.keep(
        "_opinions",
        "SELECT o.* FROM second_opinions o JOIN _latest USING (report_id, model, prompt_digest)",
    )


def all_differences(tables: Tables) -> list[Difference]:
    """Every difference of the readings that count, the most telling first.

    A language model was asked for every concept. A table that others made is silent on most: it
    is held against labels where it names a concept in any report.

    Args:
        tables: the run's tables; see `hold_latest`.

    Raises:
        TablesError: a table is not there.
    """
    tables.need("second_readings", "second_opinions", "labels", "mentions", "reports")
    readings = tables.query(
        "SELECT report_id, reader, model, values FROM _latest ORDER BY report_id, model"
    ).to_pylist()
    ours, stated = _labels(tables), _stated(tables)
    named: defaultdict[str, set[str]] = defaultdict(set)
    for row in readings:
        named[row["model"]] |= dict(row["values"]).keys()
    found: list[Difference] = []
    for row in readings:
        report_id, model = row["report_id"], row["model"]
        if report_id in ours:
            own = stated.get((report_id, ""), set()) | stated.get((report_id, model), set())
            if row["reader"] != LANGUAGE_MODEL:
                own &= named[model]
            theirs = dict(row["values"])
            found += find_differences(report_id, ours[report_id], theirs, own, model)
    return [found[place] for place in most_telling_first(found)]


def _labels(tables: Tables) -> dict[str, dict[str, int]]:
    names = [name for name in tables.columns("labels") if is_concept_id(name)]
    listed = ", ".join(f'"{name}"' for name in names)
    rows = tables.query(
        f"SELECT report_id, {listed} FROM labels SEMI JOIN _latest USING (report_id)"
    )
    return {
        row["report_id"]: {name: row[name] for name in names if row[name] is not None}
        for row in rows.to_pylist()
    }


def _stated(tables: Tables) -> dict[tuple[str, str], set[str]]:
    """Concepts that a report's mentions name, by report and no model, or its opinions, by both."""
    rows = tables.query(
        "SELECT DISTINCT report_id, '' AS model, concept_id FROM mentions "
        f"SEMI JOIN _latest USING (report_id) WHERE section IN {ASSERTING_SECTIONS} "
        "UNION SELECT DISTINCT report_id, model, concept_id FROM _opinions "
        f"WHERE section IS NULL OR section IN {ASSERTING_SECTIONS}"
    ).to_pylist()
    stated: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        stated[row["report_id"], row["model"]].add(row["concept_id"])
    return dict(stated)
