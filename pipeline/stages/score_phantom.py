"""Stage score_phantom: how much of the phantoms' exact truth extraction finds."""

import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from command_line.summary import StageSummary
from data_contracts.storage import read_table
from data_contracts.tables import FINDINGS, MENTIONS
from pipeline.phantom.scoring import Agreement, score_against_truth


def score_phantom(*, phantom: Path, mentions: Path, findings: Path) -> StageSummary:
    """Score what was extracted from the phantom reports; the figures are the summary's counts.

    Where no report of the truth is among those extracted from, as with another source, there is
    nothing to score, and the only count is that of 0 reports.

    Args:
        phantom: folder that the stage phantom wrote.
        mentions: the mentions table extracted from its reports.
        findings: the findings table extracted from them.

    Raises:
        TableNotFoundError: a table is not there.
        ContractError: a table breaks its contract.
    """
    started = time.perf_counter()
    ours = read_table(MENTIONS, mentions)
    truth = read_table(MENTIONS, phantom / "truth_mentions.parquet")
    reports = len(_reports_of(ours) & _reports_of(truth))
    counts: dict[str, int | float] = {"reports_compared": reports}
    if reports:
        scores = score_against_truth(
            ours,
            read_table(FINDINGS, findings),
            truth,
            read_table(FINDINGS, phantom / "truth_findings.parquet"),
        )
        counts.update(_figures("mention", scores.mentions))
        counts.update({f"mention_f1_{k}": round(v.f1, 4) for k, v in scores.by_category.items()})
        counts["assertion_accuracy"] = round(scores.assertions_right, 4)
        for assertion, right in scores.by_assertion.items():
            counts[f"assertion_accuracy_{assertion}"] = round(right, 4)
        counts.update(_figures("relation", scores.relations))
        counts.update(_figures("interpretation", scores.interpretations))
        counts.update(_figures("statement", scores.findings))
    return StageSummary("score_phantom", counts, time.perf_counter() - started)


def _reports_of(mentions: pa.Table) -> set[str]:
    return set(pc.unique(mentions["report_id"]).to_pylist())


def _figures(name: str, agreement: Agreement) -> dict[str, int | float]:
    return {
        f"{name}_precision": round(agreement.precision, 4),
        f"{name}_recall": round(agreement.recall, 4),
        f"{name}_f1": round(agreement.f1, 4),
    }
