"""Scoring an extraction against truth, on mistakes made on purpose."""

from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from data_contracts.tables import FINDINGS, MENTIONS
from pipeline.phantom.cohort import Partition, make_partition
from pipeline.phantom.scoring import PhantomScores, score_against_truth


@cache
def truth() -> Partition:
    return make_partition(seed=4, first=0, last=40)


def rewritten(table: pa.Table, change: Any) -> pa.Table:
    rows = [changed for row in table.to_pylist() if (changed := change(dict(row))) is not None]
    contract = MENTIONS if "concept_id" in table.column_names else FINDINGS
    return pa.Table.from_pylist(rows, contract.schema())


def score(change: Any = lambda row: row) -> PhantomScores:
    part = truth()
    return score_against_truth(
        rewritten(part.truth_mentions, change),
        part.truth_findings,
        part.truth_mentions,
        part.truth_findings,
    )


def test_the_truth_itself_is_perfect() -> None:
    scores = score()
    assert scores.mentions.f1 == scores.relations.f1 == scores.findings.f1 == 1
    assert scores.assertions_right == 1
    assert scores.mentions.matched == truth().truth_mentions.num_rows


def test_missed_sides_cost_recall_and_relations() -> None:
    scores = score(lambda row: None if row["category"] == "side" else row)
    assert scores.by_category["side"].recall == 0
    assert scores.by_category["zone"].f1 == 1
    assert scores.mentions.precision == 1
    assert scores.relations.precision == 1 > scores.relations.recall


def test_a_shifted_span_still_matches_while_it_overlaps() -> None:
    longer = score(lambda row: row | {"end": row["end"] + 1})
    assert longer.mentions.f1 == 1
    elsewhere = score(lambda row: row | {"start": row["start"] + 9999, "end": row["end"] + 9999})
    assert elsewhere.mentions.matched == 0
    assert elsewhere.relations.matched == 0


def test_wrong_assertions_are_counted_by_what_is_true() -> None:
    scores = score(
        lambda row: row | {"assertion": "affirmed"} if row["assertion"] == "negated" else row
    )
    assert scores.by_assertion["negated"] == 0
    assert scores.by_assertion["uncertain"] == 1
    assert 0 < scores.assertions_right < 1


def test_implied_concepts_and_loose_places_are_not_held_against_it() -> None:
    extra = truth().truth_mentions.to_pylist()[0] | {"category": "zone", "concept_id": "zone:apex"}
    implied = extra | {"mention_id": "x/1", "rule": "implied:zone:mid_zone with side:right"}
    loose = extra | {"mention_id": "x/2", "finding_ids": [], "rule": "places"}
    more = pa.Table.from_pylist([implied, loose], MENTIONS.schema())
    part = truth()
    scores = score_against_truth(
        pa.concat_tables([part.truth_mentions, more]),
        part.truth_findings,
        part.truth_mentions,
        part.truth_findings,
    )
    assert scores.mentions.spurious == 0


@pytest.mark.parametrize("names", ["mentions", "findings", "relations"])
def test_nothing_found_scores_nothing(names: str) -> None:
    part = truth()
    scores = score_against_truth(
        MENTIONS.schema().empty_table(),
        FINDINGS.schema().empty_table(),
        part.truth_mentions,
        part.truth_findings,
    )
    agreement = getattr(scores, names)
    assert agreement.recall == agreement.f1 == 0
    assert agreement.precision == 1
