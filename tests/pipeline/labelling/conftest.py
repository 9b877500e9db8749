"""Decisions on made-up reports."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pyarrow as pa
import pytest

from pipeline.labelling.applying import digest_text
from pipeline.labelling.decision import Decision

Decide = Callable[..., Decision]


@pytest.fixture
def decide() -> Decide:
    """Decide a phrase of a report, such as `decide(tables, "r1", "remove", "opacity", …)`."""
    numbers = count()

    def make(
        tables: dict[str, pa.Table],
        report_id: str,
        action: str,
        phrase: str | None = None,
        *,
        before: str | None = None,
        after: str | None = None,
        said: str | None = None,
        finding: str | None = None,
        reviewer: str = "ada",
    ) -> Decision:
        (text,) = [r["text"] for r in tables["reports"].to_pylist() if r["report_id"] == report_id]
        start = text.index(phrase) if phrase else None
        at = text.index(finding) if finding else None
        return Decision(
            correction_id=str(next(numbers)),
            time=datetime(2026, 11, 1, tzinfo=UTC),
            reviewer=reviewer,
            action=action,  # type: ignore[arg-type]
            report_id=report_id,
            report_digest=digest_text(text),
            start=start,
            end=None if start is None else start + len(phrase or ""),
            phrase=phrase,
            before_concept=before,
            before_assertion="affirmed" if before else None,
            after_concept=after,
            after_assertion=said,
            finding_start=at,
            finding_end=None if at is None else at + len(finding or ""),
            lexicon="made up",
        )

    return make
