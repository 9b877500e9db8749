"""Stage ingest: from a source's files to the reports table and the quarantine table."""

import time
from collections import Counter
from pathlib import Path

import pyarrow as pa

from command_line.progress import progress_bar
from command_line.summary import StageSummary
from data_contracts.locking import one_run
from data_contracts.quarantine import Rejected
from data_contracts.quarantining import quarantine_table
from data_contracts.storage import PartedTable, write_table
from data_contracts.tables import QUARANTINE, REPORTS
from data_contracts.together import place_together, waiting
from pipeline.settings import SourceSettings
from pipeline.sources.composition import without_repeats
from pipeline.sources.opening import open_source
from pipeline.sources.records import Report

_SECTION_COLUMNS = ("indication", "findings", "impression")


@one_run
def ingest(*, settings: SourceSettings, out: Path) -> StageSummary:
    """Read a source, set aside what cannot be used, and write the rest in parts.

    Args:
        settings: the source's kind, path and layout.
        out: folder to put `reports.parquet` (parts of `settings.partition_rows` rows) and
            `quarantine.parquet` in. Equal files give equal tables.

    Raises:
        SourceError: the source as a whole is not what its kind expects.
        TableNotFoundError: the phantom's reports are not there.
    """
    started = time.perf_counter()
    source = open_source(settings)
    # Parts of a broken run are written over: reading the source anew costs less than proving it
    # equal. The stamp is constant, since it stays with the table and equal runs give equal files.
    reports = PartedTable(REPORTS, out / "reports.parquet", fingerprint="ingest")
    rejected: list[Rejected] = []
    rows: list[Report] = []
    tallies: Counter[str] = Counter()
    parts = read = 0
    with progress_bar("records") as progress:
        bar = progress.add_task("ingest", total=source.total)
        for record in without_repeats(source.records, settings.max_characters):
            progress.advance(bar)
            if isinstance(record, Rejected):
                rejected.append(record)
                continue
            rows.append(record)
            read += 1
            tallies.update({f"with_{name}" for name in {s.name for s in record.sections}})
            if len(rows) == settings.partition_rows:
                reports.write_part(parts, report_table(rows, settings.kind))
                parts, rows = parts + 1, []
        if rows or not parts:
            reports.write_part(parts, report_table(rows, settings.kind))
            parts += 1
    reports.finish(parts)
    aside = out / "quarantine.parquet"
    write_table(QUARANTINE, quarantine_table(rejected), waiting(aside))
    place_together([reports.path, aside])
    return StageSummary(
        stage="ingest",
        counts=_counts(read, rejected, tallies, source.tallies),
        seconds=time.perf_counter() - started,
        outputs=(reports.path, aside),
    )


def report_table(rows: list[Report], kind: str) -> pa.Table:
    """Rows of the reports table."""
    columns: dict[str, list[object]] = {name: [] for name in REPORTS.column_names}
    for report in rows:
        columns["report_id"].append(report.report_id)
        columns["subject_id"].append(report.subject_id)
        columns["study_id"].append(report.study_id)
        columns["source"].append(kind)
        columns["split"].append(report.split)
        columns["text"].append(report.text)
        columns["sections"].append(
            [{"name": s.name, "start": s.start, "end": s.end} for s in report.sections]
        )
        for name in _SECTION_COLUMNS:
            texts = [report.text[s.start : s.end] for s in report.sections if s.name == name]
            columns[name].append("\n".join(texts) or None)
    return pa.table(columns, schema=REPORTS.schema())


def _counts(
    read: int,
    rejected: list[Rejected],
    tallies: Counter[str],
    joined: Counter[str],
) -> dict[str, int | float]:
    reasons = Counter(record.reason for record in rejected)
    return {
        "reports": read,
        "quarantined": len(rejected),
        **{f"quarantined_{reason}": count for reason, count in sorted(reasons.items())},
        **dict(sorted(tallies.items())),
        **dict(sorted(joined.items())),
    }
