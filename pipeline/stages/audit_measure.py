"""Stage audit measure: how good extraction is by what reviewers decided."""

import itertools
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from command_line.summary import StageSummary
from data_contracts.corrections import MEASURES, REVIEW_SAMPLE
from data_contracts.locking import one_run
from data_contracts.storage import read_table, write_table
from data_contracts.together import place_together, waiting
from data_contracts.whole_files import whole_file
from pipeline.auditing.corrections.log import corrections_file, read_log
from pipeline.auditing.measuring.figure import draw_reliability
from pipeline.auditing.measuring.measures import Kappa, agreement, measure
from pipeline.auditing.measuring.reviews import gather_reviews, paired_decisions
from pipeline.labelling.decision import which_stand


class NothingReviewedError(ValueError):
    """No report of the sample was reviewed to its end."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the reviews of a sample say.

    Attributes:
        summary: counts; no report's text.
        measures: the measures table.
        kappas: agreement of every two reviewers who have finished the same reports.
        uncovered: strata without a reviewed report, and how many reports they have.
    """

    summary: StageSummary
    measures: pa.Table
    kappas: dict[tuple[str, str], Kappa]
    uncovered: dict[str, int]


@one_run
def audit_measure(
    *, sample: Path, corrections: Path, out: Path, reviewer: str | None = None
) -> Measured:
    """Write `out/measures.parquet` and `out/reliability.png`.

    Args:
        sample: the sample that was reviewed.
        corrections: folder of the corrections.
        out: folder to write to.
        reviewer: measure by this reviewer's decisions alone.

    Raises:
        TableNotFoundError: there is no sample.
        NothingReviewedError: no report of the sample is done.
    """
    started = time.perf_counter()
    decisions = read_log(corrections)
    reviews = gather_reviews(read_table(REVIEW_SAMPLE, sample), decisions, reviewer)
    if not reviews.tallies:
        by = f" by {reviewer}" if reviewer else ""
        raise NothingReviewedError(
            f"{corrections_file(corrections)}: no report of {sample} is done{by}; review some "
            "with `python -m pipeline audit serve`, finishing each with D"
        )
    measures = measure(reviews)
    outputs = (out / "measures.parquet", out / "reliability.png")
    write_table(MEASURES, measures, waiting(outputs[0]))
    standing = which_stand(one for one in decisions if reviewer in (None, one.reviewer)).standing
    with whole_file(waiting(outputs[1])) as partial:
        draw_reliability(measures, standing).savefig(partial, format="png", dpi=130)
    place_together(outputs)
    reviewers = sorted({decision.reviewer for decision in decisions})
    kappas = {
        pair: kappa
        for pair in itertools.combinations(reviewers, 2)
        if (kappa := agreement(*paired_decisions(decisions, *pair))) is not None
    }
    overall = {"reviewed": 0, "right": 0, "missed": 0}
    for row in measures.to_pylist():
        if (row["kind"], row["name"]) == ("category", "all"):
            overall = row
    counts: dict[str, int | float] = {
        "reports_sampled": reviews.sampled,
        "reports_reviewed": len(reviews.tallies),
        "reports_reviewed_beside_the_sample": reviews.beside,
        "mentions_reviewed": overall["reviewed"],
        "mentions_right": overall["right"],
        "mentions_missed": overall["missed"],
        "reviewers": len(reviewers),
    }
    return Measured(
        StageSummary("audit_measure", counts, time.perf_counter() - started, outputs),
        measures,
        kappas,
        reviews.uncovered,
    )
