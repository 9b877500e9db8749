"""Boxes that annotators agree on are merged, and the others left out."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from data_contracts.quarantine import Location
from model.images.agreement import CONSENSUS, agreed_boxes
from model.images.box_fitting import FittedBox
from model.images.sources.records import DrawnBox

Corners = tuple[float, float, float, float]


def drawn(
    annotator: str, corners: Corners, label: str = "opacity", phrase: str | None = None
) -> DrawnBox:
    return DrawnBox(Location("boxes.csv", 2), *corners, label, annotator, phrase)


def agreed(*boxes: DrawnBox, readers: tuple[str, ...] = ()) -> list[tuple[int, str, Corners]]:
    fitted = [FittedBox(index, box, False) for index, box in enumerate(boxes)]
    return [
        (found.index, found.box.annotator,
         (found.box.x, found.box.y, found.box.width, found.box.height))
        for found in agreed_boxes(fitted, readers)
    ]  # fmt: skip


def test_the_merged_box_has_the_mean_edges() -> None:
    boxes = [drawn("R1", (10, 10, 20, 20)), drawn("R2", (12, 10, 20, 24)),
             drawn("R3", (14, 10, 20, 22))]  # fmt: skip
    assert agreed(*boxes) == [(0, CONSENSUS, (12, 10, 20, 22))]


def test_what_one_of_several_drew_is_left_out() -> None:
    alone = drawn("R1", (10, 10, 20, 20))
    assert agreed(alone, readers=("R1", "R2", "R3")) == []
    assert agreed(alone, drawn("R2", (60, 60, 20, 20))) == []


def test_a_single_reader_is_believed() -> None:
    alone = drawn("R1", (10, 10, 20, 20))
    assert agreed(alone) == [(0, "R1", (10, 10, 20, 20))]
    assert agreed(alone, readers=("R1",)) == [(0, "R1", (10, 10, 20, 20))]


def test_two_boxes_of_one_reader_are_never_one() -> None:
    boxes = [drawn("R1", (10, 10, 20, 20)), drawn("R1", (10, 10, 20, 22))]
    assert agreed(*boxes, readers=("R1", "R2")) == []
    # The other reader's box joins the more similar of them.
    assert agreed(*boxes, drawn("R2", (10, 10, 20, 22))) == [(1, CONSENSUS, (10, 10, 20, 22))]


def test_names_of_one_concept_agree_and_findings_do_not() -> None:
    one, other = drawn("R1", (0, 0, 9, 9), "Infiltrate"), drawn("R2", (0, 0, 9, 9), "Infiltration")
    assert len(agreed(one, other)) == 1
    assert agreed(one, drawn("R2", (0, 0, 9, 9), "Mass"), readers=("R1", "R2")) == []


def test_phrases_are_merged_apart() -> None:
    boxes = [drawn("R1", (0, 0, 9, 9), phrase="one"), drawn("R2", (0, 0, 9, 9), phrase="one"),
             drawn("R1", (0, 0, 9, 9), phrase="two")]  # fmt: skip
    assert agreed(*boxes) == [(0, CONSENSUS, (0, 0, 9, 9)), (2, "R1", (0, 0, 9, 9))]


def test_a_half_is_the_least_that_agrees() -> None:
    half, less = drawn("R2", (0, 0, 10, 5)), drawn("R2", (0, 0, 10, 4.9))
    assert len(agreed(drawn("R1", (0, 0, 10, 10)), half)) == 1
    assert agreed(drawn("R1", (0, 0, 10, 10)), less) == []


def test_the_order_of_rows_changes_nothing() -> None:
    boxes = [drawn("R1", (0, 0, 10, 10)), drawn("R2", (1, 0, 10, 10)), drawn("R3", (4, 0, 10, 10)),
             drawn("R1", (40, 0, 10, 10)), drawn("R3", (41, 1, 10, 12))]  # fmt: skip
    found = {
        frozenset(corners for _, _, corners in agreed(*order)) for order in permutations(boxes)
    }
    assert len(found) == 1


@given(
    st.lists(
        st.builds(
            drawn,
            st.sampled_from(["R1", "R2", "R3"]),
            st.tuples(*[st.floats(0, 50)] * 2, *[st.floats(1, 50)] * 2),
        ),
        max_size=8,
    )
)
def test_merged_boxes_lie_within_what_was_drawn(boxes: list[DrawnBox]) -> None:
    found = agreed(*boxes, readers=("R1", "R2", "R3"))
    assert len(found) <= len(boxes) // 2
    for _, annotator, (x, y, width, height) in found:
        assert annotator == CONSENSUS
        assert min(box.x for box in boxes) - 1e-9 <= x
        assert min(box.y for box in boxes) - 1e-9 <= y
        assert x + width <= max(box.x + box.width for box in boxes) + 1e-9
        assert y + height <= max(box.y + box.height for box in boxes) + 1e-9
