"""Stage phantom: the embedded default cohort, part by part."""

import time
from collections import Counter
from pathlib import Path
from typing import Final

from command_line.progress import progress_bar
from command_line.summary import StageSummary
from data_contracts.concepts import ASSERTIONS
from data_contracts.contract import Contract
from data_contracts.locking import one_run
from data_contracts.phantom import LESIONS, ROLES, STUDIES
from data_contracts.storage import PartedTable, count_rows, is_current, read_parts
from data_contracts.tables import FINDINGS, MENTIONS, REPORTS
from data_contracts.together import place_together
from pipeline.phantom.cohort import cohort_fingerprint, make_partition
from pipeline.settings import PhantomSettings

_PARTITION_ROWS: Final = 5_000
_TABLES: Final[dict[str, Contract]] = {
    "studies": STUDIES,
    "lesions": LESIONS,
    "reports": REPORTS,
    "truth_mentions": MENTIONS,
    "truth_findings": FINDINGS,
}


@one_run
def phantom(*, settings: PhantomSettings, out: Path) -> StageSummary:
    """Generate the phantom cohort; parts that a broken run had finished are kept.

    Writes directories of parts: `studies.parquet` and `lesions.parquet`, which pictures are drawn
    from, `reports.parquet`, and the reports' exact truth, `truth_mentions.parquet` and
    `truth_findings.parquet`. Every study has a report but those of the detector's cohort, which
    come on top: one for each four others.

    Args:
        settings: number of reports, and seed.
        out: folder to write to.
    """
    started = time.perf_counter()
    firsts = range(0, settings.studies, _PARTITION_ROWS)
    fingerprint = cohort_fingerprint(settings.studies, settings.seed, _PARTITION_ROWS)
    paths = {name: out / f"{name}.parquet" for name in _TABLES}
    tables = {
        name: PartedTable(contract, paths[name], fingerprint)
        for name, contract in _TABLES.items()
        if not is_current(paths[name], fingerprint, len(firsts))
    }
    with progress_bar("parts") as progress:
        for index, first in enumerate(progress.track(firsts, description="phantom")):
            missing = {n: table for n, table in tables.items() if not table.has_part(index)}
            if missing:
                last = min(first + _PARTITION_ROWS, settings.studies)
                partition = make_partition(settings.seed, first, last)
                for name, table in missing.items():
                    table.write_part(index, getattr(partition, name))
    for table in tables.values():
        table.finish(len(firsts))
    if tables:
        place_together([table.path for table in tables.values()])
    return StageSummary(
        stage="phantom",
        counts=_count(paths),
        seconds=time.perf_counter() - started,
        outputs=tuple(paths.values()),
    )


def _count(paths: dict[str, Path]) -> dict[str, int | float]:
    counts: dict[str, int | float] = {
        name: count_rows(contract, paths[name]) for name, contract in _TABLES.items()
    }
    counts["patients"] = _distinct(STUDIES, paths["studies"], "subject_id")
    roles = _tally(STUDIES, paths["studies"], "role")
    counts.update({f"studies_{role}": roles[role] for role in ROLES})
    assertions = _tally(MENTIONS, paths["truth_mentions"], "assertion")
    counts.update({f"truth_{name}": assertions[name] for name in ASSERTIONS})
    return counts


def _tally(contract: Contract, path: Path, column: str) -> Counter[str]:
    values: Counter[str] = Counter()
    for part in read_parts(contract, path, (column,)):
        values.update(part[column].to_pylist())
    return values


def _distinct(contract: Contract, path: Path, column: str) -> int:
    return len(_tally(contract, path, column))
