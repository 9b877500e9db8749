"""Precision, recall and F1 as the published scoring has them."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.auditing.references.reading import Decisions
from pipeline.auditing.references.scoring import score

CONCEPTS = ["finding:opacity", "finding:pneumonia", "side:left", "side:right", "zone:base"]


def _decisions(sets: list[set[str]]) -> Decisions:
    positive = np.array([[concept in labels for concept in CONCEPTS] for labels in sets])
    return Decisions(positive, np.zeros_like(positive))


def _published(gold: list[set[str]], ours: list[set[str]], labels: list[str]) -> tuple[float, ...]:
    """The published scoring, counted label by label over sets."""
    hit: Counter[str] = Counter()
    for truth, found in zip(gold, ours, strict=True):
        for label in labels:
            hit["tp"] += label in truth and label in found
            hit["fp"] += label not in truth and label in found
            hit["fn"] += label in truth and label not in found
    precision = hit["tp"] / (hit["tp"] + hit["fp"]) if hit["tp"] + hit["fp"] else 0
    recall = hit["tp"] / (hit["tp"] + hit["fn"]) if hit["tp"] + hit["fn"] else 0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0
    return precision, recall, f1, hit["tp"] + hit["fn"]


def _rows(truth: Decisions, ours: Decisions) -> dict[tuple[str, str], dict[str, Any]]:
    rows = score(truth, ours, CONCEPTS).to_pylist()
    return {(row["level"], row["name"]): row for row in rows}


one_side = st.sets(st.sampled_from(CONCEPTS))
label_sets = st.lists(st.tuples(one_side, one_side), min_size=1, max_size=12)


@given(label_sets)
def test_micro_averages_and_labels_are_those_of_the_published_scoring(
    pairs: list[tuple[set[str], set[str]]],
) -> None:
    gold, ours = [truth for truth, _ in pairs], [found for _, found in pairs]
    rows = _rows(_decisions(gold), _decisions(ours))
    scored = {("micro", group): [c for c in CONCEPTS if c.startswith(group)]
              for group in ("finding", "side", "zone")}  # fmt: skip
    scored |= {("label", concept): [concept] for concept in CONCEPTS}
    for key, labels in scored.items():
        row = rows[key]
        expected = _published(gold, ours, labels)
        assert (row["precision"], row["recall"], row["f1"], row["support"]) == pytest.approx(
            expected
        )


def test_the_macro_average_gives_each_label_the_same_weight() -> None:
    gold = [{"side:left"}, {"side:left"}, {"side:left", "side:right"}]
    ours: list[set[str]] = [{"side:left"}, {"side:left"}, {"side:left"}]
    row = _rows(_decisions(gold), _decisions(ours))["macro", "side"]
    assert (row["precision"], row["recall"], row["f1"]) == (0.5, 0.5, 0.5)
    assert (row["true_positives"], row["false_negatives"]) == (3, 1)


def test_an_ignored_cell_counts_for_nothing_but_is_counted() -> None:
    truth = _decisions([{"side:left"}, {"side:left"}])
    ours = _decisions([{"side:left"}, set()])
    ignored = np.zeros_like(ours.positive)
    ignored[1, CONCEPTS.index("side:left")] = True
    row = _rows(truth, Decisions(ours.positive, ignored))["label", "side:left"]
    assert (row["f1"], row["support"], row["ignored"]) == (1.0, 1, 1)
