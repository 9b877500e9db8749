"""What reviews say: precision, recall, the next rule to mend, and how far reviewers agree."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data_contracts.corrections import MEASURES, REVIEW_SAMPLE
from data_contracts.storage import read_table, write_table
from pipeline.auditing.corrections.log import append_decisions
from pipeline.auditing.measuring.measures import agreement, measure
from pipeline.auditing.measuring.reviews import gather_reviews, paired_decisions
from pipeline.labelling.decision import Decision
from pipeline.stages.audit_measure import NothingReviewedError, audit_measure

OPACITY, MASS = "finding:opacity", "finding:mass"
BASE = Decision(
    correction_id="",
    time=datetime(2026, 11, 1, tzinfo=UTC),
    reviewer="ada",
    action="accept",
    report_id="r0",
    report_digest="d",
    phrase="opacity",
    lexicon="l",
)


def decide(report: str, start: int, before: str | None, after: str | None, **more: Any) -> Decision:
    action = "add" if before is None else "remove" if after is None else "change"
    said = more.pop("said", "affirmed")
    fields: dict[str, Any] = {
        "correction_id": f"{report} {start} {more.get('reviewer', 'ada')} {before}",
        "action": "accept" if before == after and said == "affirmed" else action,
        "report_id": report,
        "start": start,
        "end": start + 7,
        "before_concept": before,
        "before_assertion": before and "affirmed",
        "after_concept": after,
        "after_assertion": after and said,
        "rule": before and f"lexicon:{before}",
        "cue_rule": before and "cue:x",
        **more,
    }
    return replace(BASE, **fields)


def done(report: str, reviewer: str = "ada") -> Decision:
    return replace(BASE, correction_id=f"{report} done {reviewer}", action="done",
                   report_id=report, reviewer=reviewer, phrase=None)  # fmt: skip


def sample(**strata: tuple[int, list[str]]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {"report_id": r, "by": "concept", "stratum": name, "stratum_reports": size, "seed": 0}
            for name, (size, reports) in strata.items()
            for r in reports
        ],
        schema=REVIEW_SAMPLE.schema(),
    )


def rows_of(decisions: list[Decision], drawn: pa.Table) -> dict[tuple[str, str], dict[str, Any]]:
    rows = measure(gather_reviews(drawn, decisions)).to_pylist()
    return {(row["kind"], row["name"]): row for row in rows}


def test_wrong_and_missed_mentions_weigh_as_many_reports_as_theirs_stands_for() -> None:
    drawn = sample(common=(90, ["r0", "r1", "r2"]), rare=(2, ["r3", "r4"]))
    decisions = [
        decide("r0", 0, OPACITY, OPACITY),
        decide("r1", 0, OPACITY, None),
        decide("r2", 0, OPACITY, OPACITY),
        decide("r3", 0, OPACITY, MASS),
        decide("r4", 0, None, OPACITY),
        *(done(f"r{i}") for i in range(5)),
    ]
    rows = rows_of(decisions, drawn)
    opacity = rows["concept", OPACITY]
    assert (opacity["reviewed"], opacity["right"], opacity["missed"]) == (4, 2, 1)
    assert opacity["precision"] == pytest.approx(60 / 91)
    assert opacity["recall"] == pytest.approx(60 / 61)
    assert opacity["precision_low"] < opacity["precision"] < opacity["precision_high"]
    assert rows["concept", MASS]["missed"] == 1
    assert rows["concept", MASS]["precision"] is None
    assert rows["rule", f"lexicon:{OPACITY}"]["errors"] == pytest.approx(31)
    assert rows["rule", f"lexicon:{OPACITY}"]["recall"] is None


def test_the_rule_with_the_most_errors_comes_first() -> None:
    drawn = sample(all=(4, ["r0", "r1"]))
    decisions = [
        decide("r0", 0, OPACITY, OPACITY, rule="good"),
        decide("r0", 9, OPACITY, None, rule="bad"),
        decide("r1", 0, OPACITY, OPACITY, said="negated", rule="bad"),
        done("r0"),
        done("r1"),
    ]
    rules = [
        r for r in measure(gather_reviews(drawn, decisions)).to_pylist() if r["kind"] == "rule"
    ]
    assert [(row["name"], row["errors"]) for row in rules] == [("bad", 4.0), ("good", 0.0)]


def test_only_finished_reports_of_the_sample_count() -> None:
    drawn = sample(a=(10, ["r0", "r1"]), b=(5, ["r2"]))
    decisions = [decide("r0", 0, OPACITY, None), decide("r1", 0, OPACITY, OPACITY), done("r1"),
                 decide("r9", 0, OPACITY, None), done("r9")]  # fmt: skip
    reviews = gather_reviews(drawn, decisions)
    assert (len(reviews.tallies), reviews.beside, reviews.uncovered) == (1, 1, {"b": 5})
    assert reviews.design.weights.tolist() == [10.0]
    assert rows_of(decisions, drawn)["category", "all"]["precision"] == 1.0


def test_kappa_is_what_agreement_is_left_beyond_chance() -> None:
    decisions = [
        *(decide("r0", i, OPACITY, OPACITY) for i in range(6)),
        *(decide("r0", i, OPACITY, None) for i in range(6, 8)),
        *(decide("r0", i, OPACITY, OPACITY, reviewer="bo") for i in range(7)),
        *(decide("r0", i, OPACITY, None, reviewer="bo") for i in range(7, 8)),
        decide("r0", 50, None, MASS),
        done("r0"),
        done("r0", "bo"),
        decide("r1", 0, OPACITY, None),
        done("r1"),
    ]
    found = agreement(*paired_decisions(decisions, "ada", "bo"))
    assert found is not None
    assert found.phrases == 9  # r1 has one reader only
    assert found.agreed == pytest.approx(7 / 9)
    # Chance: both accept 6/9 * 7/9, both remove 2/9 * 1/9.
    chance = (6 * 7 + 2 * 1) / 81
    assert found.kappa == pytest.approx((7 / 9 - chance) / (1 - chance))


def test_reviewers_who_share_nothing_have_no_kappa() -> None:
    decisions = [decide("r0", 0, OPACITY, None), done("r0"), done("r1", "bo")]
    assert agreement(*paired_decisions(decisions, "ada", "bo")) is None
    assert agreement(["a", "a"], ["a", "a"]).kappa is None  # type: ignore[union-attr]


def test_the_stage_writes_measures_and_a_figure(tmp_path: Path) -> None:
    write_table(REVIEW_SAMPLE, sample(all=(9, ["r0", "r1"])), tmp_path / "sample.parquet")
    corrections = tmp_path / "corrections"
    with pytest.raises(NothingReviewedError, match=r"no report of .* is done"):
        audit_measure(sample=tmp_path / "sample.parquet", corrections=corrections, out=tmp_path)
    append_decisions(
        corrections,
        [decide("r0", 0, OPACITY, None), decide("r1", 0, OPACITY, OPACITY), done("r0"), done("r1")],
    )

    measured = audit_measure(
        sample=tmp_path / "sample.parquet", corrections=corrections, out=tmp_path / "out"
    )

    assert measured.summary.counts["mentions_right"] == 1
    assert read_table(MEASURES, tmp_path / "out" / "measures.parquet").equals(measured.measures)
    assert (tmp_path / "out" / "reliability.png").stat().st_size > 10_000
