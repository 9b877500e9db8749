"""A box turns with its picture."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.pictures.orientation import Reorientation, reorientation_of
from data_contracts.pictures.views import view_of

TURNS = st.builds(Reorientation, st.booleans(), st.booleans(), st.booleans())


@given(TURNS, st.integers(1, 9), st.integers(1, 9), st.data())
def test_a_box_encloses_the_same_pixels_before_and_after(
    reorientation: Reorientation, width: int, height: int, data: st.DataObject
) -> None:
    left, upper = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    across = data.draw(st.integers(1, width - left))
    down = data.draw(st.integers(1, height - upper))
    stored = np.zeros((height, width), bool)
    stored[upper : upper + down, left : left + across] = True
    turned = reorientation.picture(stored)
    assert turned.shape == reorientation.size(width, height)[::-1]
    x, y, w, h = (
        int(edge) for edge in reorientation.box((left, upper, across, down), width, height)
    )
    assert turned[y : y + h, x : x + w].all()
    assert turned.sum() == w * h


def test_an_unknown_orientation_turns_nothing() -> None:
    assert (
        reorientation_of(())
        == reorientation_of(["L"])
        == reorientation_of(["L", "R"])
        == reorientation_of(["", ""])
        == Reorientation()
    )


@given(st.text(max_size=12))
def test_any_name_of_a_view_is_taken(name: str) -> None:
    assert view_of(name) in (None, "PA", "AP", "AP_SUPINE", "FRONTAL", "LATERAL", "OTHER")


def test_views_of_the_sources() -> None:
    names = {
        "PA": "PA", "AP Supine": "AP_SUPINE", "postero-anterior": "PA", "LL": "LATERAL",
        "XTABLE LATERAL": "LATERAL", "AP LLD": "OTHER", "LPO": "OTHER", " ": None,
        "antero-posterior": "AP", "L": "LATERAL", "Axial": "OTHER",
    }  # fmt: skip
    assert {name: view_of(name) for name in names} == names
