"""Stage score_phantom: how much of the phantoms' exact truth extraction finds."""

import time
from pathlib import Path

from data_contracts.storage import read_table
from data_contracts.tables import FINDINGS, MENTIONS
from pipeline.phantom.scoring import Agreement, score_against_truth
from pipeline.summary import StageSummary, write_metrics


def score_phantom(*, phantom: Path, mentions: Path, findings: Path, out: Path) -> StageSummary:
    """Score what was extracted from the phantom reports; writes `out/phantom_scores.json`.

    Args:
        phantom: folder that the stage phantom wrote.
        mentions: the mentions table extracted from its reports.
        findings: the findings table extracted from them.
        out: folder to write to.

    Raises:
        TableNotFoundError: a table is not there.
        ContractError: a table breaks its contract.
    """
    started = time.perf_counter()
    scores = score_against_truth(
        read_table(MENTIONS, mentions),
        read_table(FINDINGS, findings),
        read_table(MENTIONS, phantom / "truth_mentions.parquet"),
        read_table(FINDINGS, phantom / "truth_findings.parquet"),
    )
    counts: dict[str, int | float] = _figures("mention", scores.mentions)
    counts.update({f"mention_f1_{k}": round(v.f1, 4) for k, v in scores.by_category.items()})
    counts["assertion_accuracy"] = round(scores.assertions_right, 4)
    counts.update({f"assertion_accuracy_{k}": round(v, 4) for k, v in scores.by_assertion.items()})
    counts.update(_figures("relation", scores.relations))
    counts.update(_figures("statement", scores.findings))
    path = out / "phantom_scores.json"
    summary = StageSummary(
        stage="score_phantom",
        counts=counts,
        seconds=time.perf_counter() - started,
        outputs=(path,),
    )
    write_metrics(summary, path)
    return summary


def _figures(name: str, agreement: Agreement) -> dict[str, int | float]:
    return {
        f"{name}_precision": round(agreement.precision, 4),
        f"{name}_recall": round(agreement.recall, 4),
        f"{name}_f1": round(agreement.f1, 4),
    }
