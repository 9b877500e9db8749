"""Names of lines hide none of them, however many methods are drawn."""

import pytest

from model.figures.accuracy_over_iou import draw_accuracy
from model.methods.registry import drawn_methods


@pytest.mark.parametrize("count", [1, 3, 20])
def test_no_name_covers_a_line(count: int) -> None:
    methods = drawn_methods()[:count]
    rows = [
        {
            "cohort": "localization",
            "overlap": "iou",
            "score": score,
            "method": method,
            "threshold": threshold,
            "value": 1 - threshold,
            "low": 0.9 - threshold,
            "high": 1.1 - threshold,
        }
        for method in methods
        for score in ("accuracy", "false_positives")
        for threshold in (0.1, 0.5, 0.7)
    ]
    figure = draw_accuracy(rows)
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert len(legend.get_texts()) == len(methods)
    names = legend.get_window_extent()
    assert names.x0 >= 0
    assert names.y0 >= 0
    for axes in figure.axes:
        assert not names.overlaps(axes.get_window_extent())
        assert axes.get_window_extent().height > 200
