"""Rankings are scored as scikit-learn scores them, whatever the ties and weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, roc_auc_score

from model.scoring.ranking import auroc, average_precision_of, ranks_of

Rows = list[tuple[int, bool, int]]
rows = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=4).filter(
    lambda found: {truth for _, truth, weight in found if weight} == {True, False}
)


@given(rows)
def test_any_ranking_scores_as_a_library_scores_it(found: Rows) -> None:
    scores, truth, weights = (np.array(column) for column in zip(*found, strict=True))
    drawn = np.stack([np.ones(len(found)), weights.astype(float)])
    if len(set(truth.tolist())) == 2:
        assert auroc(scores, truth, drawn)[0] == pytest.approx(roc_auc_score(truth, scores))
        assert average_precision_of(scores, truth, drawn)[0] == pytest.approx(
            average_precision_score(truth, scores)
        )
    assert auroc(scores, truth, drawn)[1] == pytest.approx(
        roc_auc_score(truth, scores, sample_weight=weights)
    )
    assert average_precision_of(scores, truth, drawn)[1] == pytest.approx(
        average_precision_score(truth, scores, sample_weight=weights)
    )


def test_one_class_alone_is_undefined() -> None:
    scores, truth = np.array([0.1, 0.9]), np.array([True, True])
    assert np.isnan(auroc(scores, truth, np.ones((1, 2)))).all()
    assert np.isnan(average_precision_of(scores, ~truth, np.ones((1, 2)))).all()


def test_boxes_that_were_never_predicted_lower_the_precision() -> None:
    # Hit, miss, hit of four boxes.
    scores, hits = np.array([0.9, 0.8, 0.7]), np.array([True, False, True])
    found = average_precision_of(scores, hits, np.ones((1, 3)), np.array([4.0]))
    assert found[0] == pytest.approx((1 + 2 / 3) / 4)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1))
def test_ranks_are_those_of_every_value_written_out_as_often_as_it_counts(
    found: list[tuple[int, int]],
) -> None:
    values, counts = (np.array(column) for column in zip(*found, strict=True))
    ranks = ranks_of(values, counts[None].astype(float))[0]
    written_out = rankdata(np.repeat(values, counts))
    assert np.repeat(ranks, counts) == pytest.approx(written_out)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 2)), min_size=1),
    st.lists(st.integers(0, 3), min_size=3, max_size=3),
)
def test_boxes_of_one_image_count_together(
    found: list[tuple[int, bool, int]], counts: list[int]
) -> None:
    scores, hits, images = (np.array(column) for column in zip(*found, strict=True))
    draws = np.array([counts], dtype=float)
    box_by_box = average_precision_of(scores, hits, draws[:, images])
    together = average_precision_of(scores, hits, draws, of_image=images)
    assert together == pytest.approx(box_by_box, nan_ok=True)
