"""One report with everything that was found in it."""

from dataclasses import dataclass
from typing import Any

from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.errors import TablesError


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report and what extraction made of it.

    Attributes:
        report: its row of the reports table.
        mentions: its rows of the mentions table, in text order.
        findings: its rows of the findings table.
    """

    report: dict[str, Any]
    mentions: list[dict[str, Any]]
    findings: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """The report's text as it was received."""
        return str(self.report["text"])


def read_report(tables: Tables, report_id: str) -> ReadReport:
    """Fetch a report.

    Raises:
        TablesError: there is no report of that id; the message names near ones.
    """
    tables.need("reports", "mentions", "findings")
    rows = tables.query("SELECT * FROM reports WHERE report_id = ?", (report_id,)).to_pylist()
    if not rows:
        near = tables.query(
            "SELECT report_id FROM reports ORDER BY levenshtein(report_id, ?), report_id LIMIT 3",
            (report_id,),
        )["report_id"].to_pylist()
        raise TablesError(f"there is no report '{report_id}'; near it are {', '.join(near)}")
    order = 'ORDER BY "start", "end", concept_id'
    return ReadReport(
        report=rows[0],
        mentions=tables.query(
            f"SELECT * FROM mentions WHERE report_id = ? {order}",
            (report_id,),
        ).to_pylist(),
        findings=tables.query(
            "SELECT * FROM findings WHERE report_id = ? ORDER BY mention_id", (report_id,)
        ).to_pylist(),
    )
