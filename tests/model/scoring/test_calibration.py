"""A method's threshold is chosen where boxes are known, and by what it finds there."""

import numpy as np

from model.scoring.calibration import above_threshold, best_threshold
from model.scoring.localization import ImageBoxes
from model.scoring.overlap import as_boxes

LEFT, RIGHT = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0)
Box = tuple[float, float, float, float]


def image(predicted: list[Box], scores: list[float], reference: list[Box]) -> ImageBoxes:
    return ImageBoxes("i", "p", as_boxes(predicted), np.array(scores), as_boxes(reference))


def test_the_threshold_keeps_what_is_right_and_drops_what_is_wrong() -> None:
    images = [image([LEFT], [0.8], [LEFT]), image([RIGHT, LEFT], [0.7, 0.2], [RIGHT])]
    threshold, f1 = best_threshold(images)
    assert (threshold, f1) == (0.7, 1.0)
    assert [len(one.predicted) for one in above_threshold(images, threshold)] == [1, 1]


def test_equal_scores_stand_or_fall_together() -> None:
    threshold, f1 = best_threshold([image([LEFT, RIGHT], [0.5, 0.5], [LEFT])])
    assert threshold == 0.5
    assert f1 == 2 / 3


def test_where_nothing_is_to_be_found_nothing_is_shown() -> None:
    images = [image([LEFT], [0.9], [])]
    threshold, f1 = best_threshold(images)
    assert f1 == 0
    assert len(above_threshold(images, threshold)[0].predicted) == 0


def test_without_predictions_any_threshold_will_do() -> None:
    assert best_threshold([image([], [], [LEFT])]) == (0.0, 0.0)


def test_boxes_whose_scores_mean_nothing_are_not_all_shown() -> None:
    wrong = [(float(i), 50.0, i + 5.0, 55.0) for i in range(0, 60, 10)]
    # The right box comes last of seven: to find it, six wrong ones would have to be shown.
    images = [image([*wrong, LEFT], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3], [LEFT])]
    threshold, _ = best_threshold(images)
    assert len(above_threshold(images, threshold)[0].predicted) <= 1
    equal = [image([*wrong, LEFT], [0.5] * 7, [LEFT])]
    threshold, f1 = best_threshold(equal)
    assert (len(above_threshold(equal, threshold)[0].predicted), f1) == (0, 0.0)
