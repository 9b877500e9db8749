"""Stage audit sample: reports drawn for review."""

import time
from pathlib import Path

from data_contracts.corrections import REVIEW_SAMPLE
from data_contracts.storage import write_table
from data_contracts.summary import StageSummary
from pipeline.audit.database import Tables
from pipeline.audit.sampling import Stratification, draw_sample


def audit_sample(
    *, tables: Path, by: Stratification, reports: int, seed: int, out: Path
) -> StageSummary:
    """Write `out`: reports of every stratum in the order to review them.

    Args:
        tables: folder of a run's tables.
        by: what the strata are made of.
        reports: how many reports to draw.
        seed: the same seed draws the same reports.
        out: the sample's Parquet file.

    Raises:
        TablesError: a table is missing, or an argument makes no sample.
    """
    started = time.perf_counter()
    sample = draw_sample(Tables(tables), by, reports, seed)
    write_table(REVIEW_SAMPLE, sample, out)
    strata = sample.group_by(["stratum", "stratum_reports"]).aggregate([])
    counts: dict[str, int | float] = {
        "reports": sample.num_rows,
        "strata": strata.num_rows,
        "stands_for": sum(strata["stratum_reports"].to_pylist()),
    }
    return StageSummary("audit_sample", counts, time.perf_counter() - started, (out,))
