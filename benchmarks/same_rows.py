"""Whether two runs made the same tables, row for row.

    uv run python benchmarks/same_rows.py BEFORE AFTER

Each is a folder of tables. Mentions, findings and labels are compared, all columns, in their order;
differing rows are counted and named by report, never shown.
"""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

TABLES = ("mentions", "findings", "labels")


def read(folder: Path, name: str) -> pa.Table:
    """All parts of a table, in order."""
    parts = sorted((folder / f"{name}.parquet").glob("part-*.parquet"))
    return pa.concat_tables([pq.read_table(part) for part in parts])


def differing_reports(before: pa.Table, after: pa.Table) -> list[str]:
    """Ids of the reports whose rows are not the same in both."""

    def by_report(table: pa.Table) -> dict[str, list[dict[str, object]]]:
        rows: dict[str, list[dict[str, object]]] = {}
        for row in table.to_pylist():
            rows.setdefault(row["report_id"], []).append(row)
        return rows

    one, other = by_report(before), by_report(after)
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def main() -> int:
    """Compare, show, and return how many tables differ."""
    before, after = (Path(argument) for argument in sys.argv[1:3])
    shown = Table("table", "rows before", "rows after", "reports that differ", "such as")
    different = 0
    for name in TABLES:
        old, new = read(before, name), read(after, name)
        reports = [] if old.equals(new) else differing_reports(old, new)
        different += bool(reports) or old.schema.names != new.schema.names
        row = (f"{old.num_rows:,}", f"{new.num_rows:,}", str(len(reports)), ", ".join(reports[:3]))
        shown.add_row(name, *row)
    Console().print(shown)
    return different


if __name__ == "__main__":
    sys.exit(main())
