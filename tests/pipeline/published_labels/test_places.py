"""Places in other people's words are read as those of our reports are."""

import pytest

from pipeline.published_labels.places import PlaceReader


@pytest.mark.parametrize(
    ("expressions", "named"),
    [
        (["right lower lobe"], {"side:right", "zone:lower_lobe"}),
        (["basal bilateral"], {"side:bilateral", "zone:base"}),
        (["left", "at the lung base"], {"side:left", "zone:base"}),
        (["lower lobes"], {"side:bilateral", "zone:lower_lobe"}),
        # "lobes" alone are those of both sides, but one side is named
        (["lower lobes", "right"], {"side:right", "zone:lower_lobe"}),
        (["mid lung", "right"], {"side:right", "zone:mid_zone", "zone:middle_lobe"}),
        (["dorsal vertebrae", ""], set()),
    ],
)
def test_expressions_about_one_finding_are_read_together(
    places: PlaceReader, expressions: list[str], named: set[str]
) -> None:
    assert places.read(expressions) == named


@pytest.mark.parametrize(
    ("finding", "value", "worth"),
    [
        ("finding:pneumonia", 1, {"side:left": 1}),
        # The finding is in doubt, its place is not.
        ("finding:pneumonia", -1, {"side:left": 1}),
        ("finding:pneumonia", 0, {"side:left": 0}),
        ("finding:pleural_effusion", 1, {}),
    ],
)
def test_a_place_is_worth_what_the_stage_label_gives_it(
    places: PlaceReader, finding: str, value: int, worth: dict[str, int]
) -> None:
    assert places.values(finding, value, ["left"]) == worth
