"""Stage audit sample: reports drawn for review."""

import time
from collections.abc import Sequence
from pathlib import Path

from command_line.summary import StageSummary
from data_contracts.corrections import REVIEW_SAMPLE
from data_contracts.storage import read_table, write_table
from pipeline.auditing.corrections.log import read_log
from pipeline.auditing.tables.answers import check_outside_tables
from pipeline.auditing.tables.database import Tables
from pipeline.auditing.tables.sampling import Stratification, draw_sample
from pipeline.labelling.decision import Decision


class SampleInReviewError(ValueError):
    """Reports of the sample have been reviewed; another draw would take their weights away."""


def audit_sample(
    *, tables: Path, by: Stratification, reports: int, seed: int, corrections: Path, out: Path
) -> StageSummary:
    """Write `out`: reports of every stratum in the order to review them.

    Args:
        tables: folder of a run's tables.
        by: what the strata are made of.
        reports: how many reports to draw.
        seed: the same seed draws the same reports.
        corrections: folder of the corrections.
        out: the sample's Parquet file.

    Raises:
        SampleInReviewError: `out` is a sample, and reports of it are done.
        TablesError: a table is missing, an argument makes no sample, or `out` lies within a table.
    """
    started = time.perf_counter()
    check_outside_tables(out)
    if out.exists():
        _refuse_if_reviewed(out, read_log(corrections))
    with Tables(tables) as database:
        sample = draw_sample(database, by, reports, seed)
    write_table(REVIEW_SAMPLE, sample, out)
    strata = sample.group_by(["stratum", "stratum_reports"]).aggregate([])
    counts: dict[str, int | float] = {
        "reports": sample.num_rows,
        "strata": strata.num_rows,
        "stands_for": sum(strata["stratum_reports"].to_pylist()),
    }
    return StageSummary("audit_sample", counts, time.perf_counter() - started, (out,))


def _refuse_if_reviewed(path: Path, decisions: Sequence[Decision]) -> None:
    done = {decision.report_id for decision in decisions if decision.action == "done"}
    reviewed = done.intersection(read_table(REVIEW_SAMPLE, path)["report_id"].to_pylist())
    if reviewed:
        raise SampleInReviewError(
            f"{path}: {len(reviewed):,} of its reports are reviewed, and `audit measure` weighs "
            "them by this sample; draw into another file with --out, or move this one away"
        )
