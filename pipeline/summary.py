"""What a stage tells its user when it is done: counts, quarantined rows, time."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StageSummary:
    """A stage's outcome; holds numbers only, never a report's text.

    Attributes:
        stage: the stage's name.
        counts: what was read and written, in the order to show it.
        seconds: wall time; shown, but not written, so that equal runs give equal files.
        outputs: the tables written.
    """

    stage: str
    counts: dict[str, int | float] = field(default_factory=dict)
    seconds: float = 0.0
    outputs: tuple[Path, ...] = ()


def write_metrics(summary: StageSummary, path: Path) -> None:
    """Write the counts as JSON for `dvc metrics show`, atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(json.dumps(summary.counts, indent=2) + "\n", encoding="utf-8")
    os.replace(partial, path)
