"""What went wrong in a run, so that it is seen before anything else is believed."""

from dataclasses import dataclass
from typing import Final

from data_contracts.corrections import UNAPPLIED
from pipeline.auditing.overview.contents import image_tables
from pipeline.auditing.tables.database import Tables

_QUARANTINE: Final = "quarantine"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be used as it was meant.

    Attributes:
        count: how often.
        what: of what, in words.
        reasons: reason and how often, the most frequent first.
        where: the table that names each.
    """

    count: int
    what: str
    reasons: tuple[tuple[str, int], ...]
    where: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and what went wrong.

    Attributes:
        problems: what went wrong, in the order of the run.
        looked_at: what there are tables of, in words.
    """

    problems: tuple[Problem, ...]
    looked_at: tuple[str, ...]


def find_problems(tables: Tables) -> Checked:
    """Gather from all tables of a run what was set aside or no longer fits.

    Raises:
        TablesError: a table is not as this release writes it.
    """
    problems, looked_at = [], []
    images = image_tables(tables)
    beside = [f"{name.removesuffix('images')}{_QUARANTINE}" for name in images]
    if tables.has(_QUARANTINE):
        # Where images were read into the folder of the reports, they share the table.
        of = "records or images" if _QUARANTINE in beside else "records of the source"
        looked_at.append(of)
        problems.append(_quarantined(tables, _QUARANTINE, of))
    if images:
        looked_at.append("images")
    problems += [
        _quarantined(tables, name, "images or boxes on them")
        for name in beside
        if name != _QUARANTINE and tables.has(name)
    ]
    problems += [_without_report(tables, name) for name in images]
    if tables.has("correction_outcomes"):
        looked_at.append("corrections")
        problems.append(_unfit(tables))
    return Checked(tuple(one for one in problems if one.count), tuple(looked_at))


def _quarantined(tables: Tables, table: str, of: str) -> Problem:
    rows = tables.query(
        f"SELECT reason, count(*) AS n FROM {_quoted(table)} GROUP BY 1 ORDER BY 2 DESC, 1"
    ).to_pylist()
    reasons = tuple((str(row["reason"]), int(row["n"])) for row in rows)
    count = sum(n for _, n in reasons)
    return Problem(count, f"{of} that could not be used", reasons, table)


def _without_report(tables: Tables, table: str) -> Problem:
    (row,) = tables.query(
        f"SELECT count(*) AS n FROM {_quoted(table)} WHERE report_id IS NOT NULL "
        "AND report_id NOT IN (SELECT report_id FROM reports)"
    ).to_pylist()
    return Problem(int(row["n"]), "images that name a report that is not here", (), table)


def _unfit(tables: Tables) -> Problem:
    rows = tables.query(
        "SELECT outcome, count(*) AS n FROM correction_outcomes "
        f"WHERE outcome IN {UNAPPLIED} GROUP BY 1 ORDER BY 2 DESC, 1"
    ).to_pylist()
    reasons = tuple((str(row["outcome"]), int(row["n"])) for row in rows)
    count = sum(n for _, n in reasons)
    return Problem(count, "corrections that no longer fit", reasons, "correction_outcomes")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
