"""What a drawn study is known to show, in the words of the label tables."""

from typing import Any

from model.phantom.cohort import shown_concepts


def lesion(finding: str, side: str, zone: str, descriptor: str) -> dict[str, Any]:
    return {
        "finding": f"finding:{finding}",
        "side": f"side:{side}",
        "zones": [f"zone:{zone}"],
        "descriptors": [f"descriptor:{descriptor}"],
    }


def test_only_the_lungs_own_findings_say_where_and_how() -> None:
    # As in labels, where "moderate left effusion" makes nothing left and nothing moderate.
    effusion = lesion("pleural_effusion", "left", "base", "moderate")
    assert shown_concepts([effusion]) == {"finding:pleural_effusion"}
    band = lesion("atelectasis", "right", "lower_lobe", "linear")
    assert shown_concepts([effusion, band]) == {
        *("finding:pleural_effusion", "finding:atelectasis"),
        *("side:right", "zone:lower_lobe", "descriptor:linear"),
    }


def test_consolidation_is_an_opacity_and_both_lungs_are_bilateral() -> None:
    shown = shown_concepts(
        [lesion("consolidation", side, "base", "dense") for side in ("left", "right")]
    )
    assert {"finding:opacity", "side:bilateral", "side:left", "side:right"} <= shown


def test_what_is_free_of_disease_shows_nothing() -> None:
    assert shown_concepts([]) == frozenset()
