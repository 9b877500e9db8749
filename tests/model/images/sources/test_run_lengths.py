"""Masks as COCO writes them are decoded, and broken ones refused."""

from typing import Any

import pytest

from model.images.sources.run_lengths import BrokenMaskError, parts_of_mask

# Columns 000, 011, 100, 001 from the left, as pycocotools 2.0.11 encodes them, and as plain runs.
MASKS = ({"size": [3, 4], "counts": "434N"}, {"size": [3, 4], "counts": [4, 3, 4, 1]})


@pytest.mark.parametrize("mask", MASKS)
def test_parts_that_touch_at_a_corner_are_one(mask: dict[str, Any]) -> None:
    assert parts_of_mask(mask) == ((4, 3), [(1, 0, 3, 3), (3, 2, 4, 3)])


def test_an_empty_mask_has_no_parts() -> None:
    assert parts_of_mask({"size": [3, 4], "counts": [12]}) == ((4, 3), [])


@pytest.mark.parametrize(
    "mask",
    [
        None,
        {"size": [3, 4]},
        {"size": [3], "counts": "434N"},
        {"size": [3, 4.5], "counts": "434N"},
        {"size": [0, 4], "counts": "0"},
        {"size": [100_000, 100_000], "counts": "0"},
        {"size": [3, 5], "counts": "434N"},
        {"size": [3, 4], "counts": "434"},
        {"size": [3, 4], "counts": "434n"},
        {"size": [3, 4], "counts": "P" + "`" * 99},
        {"size": [3, 4], "counts": " 4"},
        {"size": [3, 4], "counts": [4, -3, 11]},
        {"size": [3, 4], "counts": ["4", "8"]},
        {"size": [3, 4], "counts": [[4], [8]]},
        {"size": [3, 4], "counts": [[4], 8]},
        {"size": [3, 4], "counts": [2**63, 8]},
        {"size": [3, 4], "counts": [2**62] * 3 + [2**62 + 12]},
        {"size": [3, 4], "counts": []},
    ],
)
def test_a_broken_mask_is_refused(mask: Any) -> None:
    with pytest.raises(BrokenMaskError, match="expected"):
        parts_of_mask(mask)
