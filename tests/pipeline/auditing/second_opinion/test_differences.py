"""Which differences come first."""

from pipeline.auditing.second_opinion.differences import (
    Difference,
    find_differences,
    most_telling_first,
)

A, B = "finding:atelectasis", "finding:pneumonia"


def test_what_is_only_implied_is_no_difference_of_its_own() -> None:
    ours, theirs = {A: 1, "finding:any": 1}, {A: 0, "finding:any": 0}
    (one,) = find_differences("r1", ours, theirs, [A, B], "small")
    assert one == Difference("r1", A, 1, 0, "small")
    assert one.words == "negated there, affirmed here"


def test_each_kind_has_its_turn_before_any_has_a_second() -> None:
    found = [
        *(Difference(f"r{n}", A, None, 1) for n in range(3)),
        Difference("r7", B, 1, None),
        Difference("r8", B, 1, 0),
        Difference("r9", B, -1, None),
        Difference("r0", B, None, 0),
    ]
    order = [found[place] for place in most_telling_first(found)]
    assert [(one.report_id, one.ours, one.theirs) for one in order] == [
        ("r8", 1, 0),
        ("r0", None, 1),
        ("r7", 1, None),
        ("r1", None, 1),
        ("r2", None, 1),
        ("r9", -1, None),
        ("r0", None, 0),
    ]
    again = [found[place] for place in reversed(range(len(found)))]
    assert [again[place] for place in most_telling_first(again)] == order
