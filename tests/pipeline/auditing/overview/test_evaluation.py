"""The model's scores and figures, where there are any."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from data_contracts.predictions import SCORES
from data_contracts.storage import write_table
from pipeline.auditing.overview.evaluation import Value, read_evaluation


def row(method: str, score: str, value: float | None, **more: Any) -> dict[str, Any]:
    return {
        "method": method,
        "seed": 0,
        "cohort": "localization",
        "score": score,
        "subject": "boxes",
        "overlap": "iou",
        "threshold": 0.5,
        "at_false_positives": 0.0,
        "value": value,
        "low": value and value - 0.1,
        "high": value and value + 0.1,
        "images": 10,
        "patients": 9,
        **more,
    }


def test_methods_are_ranked_and_scores_that_none_has_are_left_out(tmp_path: Path) -> None:
    rows = [
        row("grad_cam", "accuracy", 0.2),
        row("cross_attention", "accuracy", 0.6),
        row("random", "accuracy", None),
        row("cross_attention", "spearman", 0.7, cohort="severity", subject="opacity",
            overlap="none", threshold=0.0),
        row("cross_attention", "spearman", 0.1, subject="opacity", overlap="none", threshold=0.0),
    ]  # fmt: skip
    write_table(SCORES, pa.Table.from_pylist(rows, SCORES.schema()), tmp_path / "scores.parquet")
    (tmp_path / "overlays.png").write_bytes(b"\x89PNG")
    evaluated = read_evaluation(tmp_path)
    assert evaluated is not None
    assert evaluated.headings == ("accuracy, IoU 0.5", "Spearman, opacity")
    assert evaluated.methods[0] == (
        "cross attention",
        (Value(0.6, 0.5, 0.7), Value(0.7, 0.6, 0.7999999999999999)),
    )
    assert [name for name, _ in evaluated.methods] == ["cross attention", "grad cam", "random"]
    assert evaluated.methods[2][1] == (None, None)
    assert [path.name for _, _, path in evaluated.figures] == ["overlays.png"]


def test_a_run_that_has_no_evaluation_has_none(tmp_path: Path) -> None:
    assert read_evaluation(tmp_path / "evaluation") is None
