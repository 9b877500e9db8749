"""What a person sees of a comparison."""

import io
from collections.abc import Callable, Mapping

from rich.console import Console

from pipeline.auditing.references.coding import load_coding
from pipeline.auditing.references.comparison import compare
from pipeline.auditing.references.label_values import LabelValues
from pipeline.auditing.references.rendering import render_comparison

MakeValues = Callable[[Mapping[str, Mapping[str, int]]], LabelValues]


def _shown(ours: LabelValues, reference: LabelValues, *, halves: bool = False) -> str:
    console = Console(file=io.StringIO(), width=200)
    rendered = render_comparison(
        compare(ours, reference, load_coding("table")),
        halves=halves,
        unmapped_labels={},
        unmapped_reference={"Cardiomegaly": 12, "Spine": 3},
        left_out={"not_coded": 42},
    )
    console.print(rendered)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_scores_disagreements_and_what_was_left_out_are_shown(make_values: MakeValues) -> None:
    ours = make_values({"1": {"side:left": 1}, "2": {"side:left": 1}, "3": {"side:right": 1}})
    reference = make_values({"1": {"side:left": 1}, "2": {"side:left": 0}})
    shown = _shown(ours, reference)
    assert "side (micro)" in shown
    assert "0.667" in shown
    assert "2 reports compared; 1 only in the labels and 0 only in the reference" in shown
    assert "42 reports of the reference are left out: not coded" in shown
    assert "without a concept: Cardiomegaly (12), Spine (3)" in shown


def test_full_agreement_shows_no_disagreement(make_values: MakeValues) -> None:
    ours = make_values({"1": {"side:left": 1}})
    assert "1.000" in _shown(ours, ours)


def test_long_lists_end_with_how_many_more_there_are(make_values: MakeValues) -> None:
    extra = {f"finding:kind_{i:02}": 1 for i in range(20)}
    ours = make_values({"1": {"side:left": 1, **extra}})
    reference = make_values({"1": {"side:left": 0}})
    assert "and 8 more" in _shown(ours, reference)
    many = make_values({"1": {"side:left": 0, **dict.fromkeys(extra, 0)}})
    assert "9 more labels" in _shown(ours, many)


def test_the_halves_are_shown_with_their_distance_when_asked_for(make_values: MakeValues) -> None:
    # Reports 1, 5 and 6 are in half A.
    ours = make_values({str(i): {"side:left": 1} for i in range(1, 7)})
    reference = make_values({str(i): {"side:left": int(i != 6)} for i in range(1, 7)})
    assert "half A" not in _shown(ours, reference)
    shown = _shown(ours, reference, halves=True)
    assert "half A (3 reports)" in shown
    assert "half B (3 reports)" in shown
    assert "-0.200" in shown
