"""A wrong box is told by where it lies."""

import numpy as np
import pytest

from model.scoring.kinds_of_error import Kind, kind_of_error

WIDTH = 100
#: In the lung at the left of the picture.
OPACITY = (10.0, 40.0, 40.0, 80.0)
BOTH_LUNGS = (10.0, 20.0, 90.0, 80.0)


@pytest.mark.parametrize(
    ("found", "reference", "kind"),
    [
        ((12, 42, 40, 80), OPACITY, Kind.RIGHT),
        ((10, 40, 40, 56), OPACITY, Kind.ABOUT),
        ((10, 20, 40, 80), BOTH_LUNGS, Kind.ABOUT),
        ((10, 50, 40, 80), BOTH_LUNGS, Kind.ONE_OF_TWO),
        ((20, 50, 30, 70), OPACITY, Kind.PART),
        ((0, 0, 70, 100), OPACITY, Kind.TOO_LARGE),
        ((25, 10, 45, 60), OPACITY, Kind.BESIDE),
        ((10, 0, 40, 30), OPACITY, Kind.SAME_SIDE),
        ((60, 40, 90, 80), OPACITY, Kind.OTHER_SIDE),
        ((38, 40, 80, 80), OPACITY, Kind.OTHER_SIDE),
        (None, OPACITY, Kind.NOTHING),
    ],
)  # fmt: skip
def test_a_box_has_the_kind_that_a_look_would_give_it(
    found: tuple[float, ...] | None, reference: tuple[float, ...], kind: Kind
) -> None:
    box = None if found is None else np.array(found, dtype=np.float64)
    assert kind_of_error(box, np.array([reference]), WIDTH) is kind


def test_the_best_of_several_reference_boxes_counts() -> None:
    both = np.array([OPACITY, (60.0, 40.0, 90.0, 80.0)])
    assert kind_of_error(np.array([62.0, 42.0, 90.0, 80.0]), both, WIDTH) is Kind.RIGHT


def test_an_image_without_reference_has_no_kind_of_error() -> None:
    with pytest.raises(ValueError, match="no reference box"):
        kind_of_error(np.array([0.0, 0.0, 1.0, 1.0]), np.zeros((0, 4)), WIDTH)
