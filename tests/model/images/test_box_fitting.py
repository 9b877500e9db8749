"""Boxes are scaled, turned and cut to the picture they are drawn on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.pictures.facts import ImageFacts
from data_contracts.pictures.orientation import Reorientation
from data_contracts.quarantine import Location, Rejected
from model.images.box_fitting import FittedBox, fit_boxes
from model.images.sources.records import SHARES, DrawnBox, ListedImage

FACTS = ImageFacts(100, 200)


def drawn(*corners: float, label: str = "opacity") -> DrawnBox:
    x, y, width, height = corners
    return DrawnBox(Location("boxes.csv", 2), x, y, width, height, label, "reader")


def test_shares_are_of_width_and_height() -> None:
    assert fit(drawn(0.5, 0.25, 0.25, 0.5), frame=SHARES) == [(50, 50, 25, 100)]


def fit(
    *boxes: DrawnBox, facts: ImageFacts = FACTS, frame: tuple[int, int] | None = None
) -> list[tuple[float, ...] | str]:
    image = ListedImage(Location("list.csv", 2), "i", "i.png", frame=frame, boxes=boxes)
    return [
        found.reason if isinstance(found, Rejected) else
        (found.box.x, found.box.y, found.box.width, found.box.height)
        for found in fit_boxes(image, facts)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((10, 20, 30, 40), (10, 20, 30, 40)),
        ((-10, 150, 30, 100), (0, 150, 20, 50)),
        ((100, 0, 10, 10), "outside_image"),
        ((-10, 0, 10, 10), "outside_image"),
        ((10, 10, 0, 10), "empty_box"),
        ((10, 10, 10, -1), "empty_box"),
    ],
)
def test_a_box_keeps_to_its_picture(
    box: tuple[float, ...], expected: tuple[float, ...] | str
) -> None:
    assert fit(drawn(*box)) == [expected]


def test_a_box_twice_is_kept_once_and_of_another_label_again() -> None:
    box = drawn(1, 2, 3, 4)
    assert fit(box, box, drawn(1, 2, 3, 4, label="lung")) == [
        (1, 2, 3, 4), "duplicate_box", (1, 2, 3, 4),
    ]  # fmt: skip


def test_boxes_of_the_published_size_fit_a_smaller_copy() -> None:
    assert fit(drawn(100, 200, 300, 400), frame=(1000, 2000)) == [(10, 20, 30, 40)]
    assert fit(drawn(100, 200, 300, 400), frame=(2000, 1000)) == ["size_mismatch"]


def test_boxes_turn_with_a_mirrored_picture() -> None:
    mirrored = ImageFacts(100, 200, reorientation=Reorientation(mirror=True))
    assert fit(drawn(0, 20, 30, 40), facts=mirrored) == [(70, 20, 30, 40)]


@given(
    st.lists(st.floats(-400, 400), min_size=4, max_size=4),
    st.builds(Reorientation, st.booleans(), st.booleans(), st.booleans()),
)
def test_no_box_leaves_its_picture(corners: list[float], turn: Reorientation) -> None:
    facts = ImageFacts(100, 200, reorientation=turn)
    image = ListedImage(Location("list.csv", 2), "i", "i.png", boxes=(drawn(*corners),))
    for found in fit_boxes(image, facts):
        if isinstance(found, FittedBox):
            box = found.box
            assert min(box.x, box.y) >= 0
            assert min(box.width, box.height) > 0
            assert box.x + box.width <= 100 + 1e-9
            assert box.y + box.height <= 200 + 1e-9
