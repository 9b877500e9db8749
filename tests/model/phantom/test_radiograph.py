"""Drawn radiographs show what the study's truth says, where it says, and the same every time."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.phantom import DEVICES, LESION_KINDS, ROLES
from model.phantom.opacities import Lesion
from model.phantom.radiograph import Radiograph, Study, draw_radiograph

SIZE = 128
CLEAR = Study("training", 7, "PA", 0.45, 1.0, (), ())


def lesion(kind: str = "consolidation", side: str = "side:right") -> Lesion:
    low = kind == "effusion"
    return Lesion(
        kind=kind,
        finding="finding:opacity",
        side=side,
        center_x=0.5,
        center_y=0.92 if low else 0.5,
        width=0.96 if low else 0.4,
        height=0.16 if low else 0.25,
        density=0.7,
    )


def drawn(study: Study, *lesions: Lesion) -> Radiograph:
    return draw_radiograph(replace(study, lesions=lesions), SIZE)


@pytest.mark.parametrize("kind", LESION_KINDS)
def test_an_opacity_brightens_its_box_and_hardly_anything_else(kind: str) -> None:
    before = drawn(CLEAR).pixels.astype(int)
    after = drawn(CLEAR, lesion(kind))
    (box,) = after.boxes
    brighter = after.pixels.astype(int) - before
    inside = np.zeros_like(brighter, dtype=bool)
    inside[box.y : box.y + box.height, box.x : box.x + box.width] = True
    assert brighter[inside].mean() > 5
    assert abs(brighter[~inside]).mean() < 0.5


@pytest.mark.parametrize("kind", LESION_KINDS)
def test_the_patients_left_is_at_the_pictures_right(kind: str) -> None:
    (right,) = drawn(CLEAR, lesion(kind, "side:right")).boxes
    (left,) = drawn(CLEAR, lesion(kind, "side:left")).boxes
    assert right.x + right.width < SIZE / 2 + 6
    assert left.x > SIZE / 2 - 6


def test_a_higher_lesion_has_a_higher_box() -> None:
    (upper,) = drawn(CLEAR, replace(lesion(), center_y=0.25)).boxes
    (lower,) = drawn(CLEAR, replace(lesion(), center_y=0.75)).boxes
    assert upper.y + upper.height < lower.y + lower.height
    assert upper.y < lower.y


def test_lungs_are_darker_than_heart_and_belly() -> None:
    pixels = drawn(CLEAR).pixels
    at = SIZE // 2
    lung, heart, belly = (
        pixels[row - 4 : row + 4, column - 4 : column + 4].mean()
        for row, column in ((at, at // 2), (int(1.35 * at), int(1.08 * at)), (int(1.9 * at), at))
    )
    assert lung + 40 < min(heart, belly)


def test_a_larger_heart_covers_more() -> None:
    small, large = (drawn(replace(CLEAR, heart_ratio=ratio)).pixels for ratio in (0.42, 0.62))
    assert large.astype(int).sum() > small.astype(int).sum()


@pytest.mark.parametrize("device", DEVICES)
def test_each_device_is_seen(device: str) -> None:
    without, with_it = drawn(CLEAR), drawn(replace(CLEAR, devices=(device,)))
    assert (with_it.pixels.astype(int) - without.pixels).max() > 15


def test_cohorts_differ_in_their_film() -> None:
    means = [draw_radiograph(replace(CLEAR, role=role), SIZE).pixels.mean() for role in ROLES]
    assert len({round(mean) for mean in means}) == len(ROLES)


def test_a_study_is_always_drawn_alike_and_another_otherwise() -> None:
    first, again = drawn(CLEAR, lesion()), drawn(CLEAR, lesion())
    assert np.array_equal(first.pixels, again.pixels)
    assert first.boxes == again.boxes
    assert not np.array_equal(first.pixels, drawn(replace(CLEAR, seed=8), lesion()).pixels)


def test_a_picture_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 64"):
        draw_radiograph(CLEAR, 32)


@settings(max_examples=25)
@given(
    kind=st.sampled_from(LESION_KINDS),
    side=st.sampled_from(["side:left", "side:right"]),
    x=st.floats(0.1, 0.75),
    y=st.floats(0.08, 0.95),
    width=st.floats(0.05, 0.98),
    height=st.floats(0.03, 0.98),
    seed=st.integers(0, 2**31),
)
def test_boxes_lie_in_the_picture(
    kind: str, side: str, x: float, y: float, width: float, height: float, seed: int
) -> None:
    shape = Lesion(kind, "finding:opacity", side, x, y, width, height, 0.6)
    for box in draw_radiograph(replace(CLEAR, seed=seed, lesions=(shape,)), 96).boxes:
        assert box.width > 0
        assert box.height > 0
        assert 0 <= box.x <= 96 - box.width
        assert 0 <= box.y <= 96 - box.height
