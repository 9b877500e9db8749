"""Any image fits into the square that networks see, and boxes find the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.tensors.square import fit_square, place_in_square

SIDES = st.integers(64, 4000)


@given(width=SIDES, height=SIDES, size=st.sampled_from([64, 128, 512]), data=st.data())
def test_boxes_go_into_the_square_and_back(
    width: int, height: int, size: int, data: st.DataObject
) -> None:
    where = place_in_square(width, height, size)
    left, right = sorted(data.draw(st.tuples(st.floats(0, width), st.floats(0, width))))
    upper, lower = sorted(data.draw(st.tuples(st.floats(0, height), st.floats(0, height))))
    box = np.array([[left, upper, right, lower]])
    inside = where.to_square(box)
    assert inside.min() >= -1e-6
    assert inside.max() <= size + 1e-6
    assert np.allclose(where.to_image(inside), box, atol=1e-6 * max(width, height))


def test_an_image_that_is_not_square_is_whole_and_centred() -> None:
    picture = np.tile(np.linspace(0, 1, 300, dtype=np.float32), (100, 1))
    square = fit_square(picture, 60)
    assert square.shape == (60, 60)
    assert (square[:20] == 0).all()
    assert (square[40:] == 0).all()
    assert square[30, 0] < 10
    assert square[30, -1] > 245


def test_an_image_without_pixels_has_no_place() -> None:
    with pytest.raises(ValueError, match="an image of 0 by 5 pixels"):
        place_in_square(0, 5, 64)
