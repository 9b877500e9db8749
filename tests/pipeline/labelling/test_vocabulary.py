"""Which concepts are kept as attributes, and why."""

from typing import Any

import pytest

from data_contracts.checking import check_table
from data_contracts.tables import VOCABULARY
from pipeline.labelling.vocabulary import ConceptCounts, VocabularyError, choose_concepts
from pipeline.lexicon.concepts import Concept
from pipeline.settings import VocabularySettings

COUNTS = {
    "finding:opacity": ConceptCounts({"affirmed": 40, "uncertain": 3}, reports=31),
    "finding:pneumonia": ConceptCounts({"negated": 90, "historical": 2}, reports=0),
    "zone:lower_lobe": ConceptCounts({"affirmed": 10}, reports=10),
    "zone:base": ConceptCounts({"affirmed": 12}, reports=9),
}


def choose(concepts: tuple[Concept, ...], **settings: Any) -> dict[str, dict[str, Any]]:
    table = choose_concepts(concepts, COUNTS, VocabularySettings(**settings))
    rows = check_table(VOCABULARY, table, "test").to_pylist()
    return {row["concept_id"]: row for row in rows}


def test_frequency_decides_and_every_reason_is_told(concepts: tuple[Concept, ...]) -> None:
    rows = choose(concepts, min_reports=10)

    assert {key: (row["kept"], row["reason"]) for key, row in rows.items()} == {
        "finding:lung_opacity_any": (False, "unmentioned"),
        "finding:opacity": (True, "frequency"),
        "finding:pneumonia": (False, "never_affirmed"),
        "finding:atelectasis": (False, "unmentioned"),
        "finding:pleural_effusion": (False, "unmentioned"),
        "side:left": (False, "unmentioned"),
        "side:right": (False, "unmentioned"),
        "zone:base": (False, "too_rare"),
        "zone:lower_lobe": (True, "frequency"),
        "descriptor:patchy": (False, "unmentioned"),
        "descriptor:small": (False, "unmentioned"),
    }


def test_rows_hold_counts_per_assertion_and_the_plain_name(concepts: tuple[Concept, ...]) -> None:
    row = choose(concepts)["finding:pneumonia"]

    assert row["preferred_name"] == "pneumonia"
    assert [row[name] for name in ("affirmed", "negated", "uncertain", "historical")] == [
        0,
        90,
        0,
        2,
    ]


def test_lists_overrule_frequency(concepts: tuple[Concept, ...]) -> None:
    rows = choose(concepts, keep=("finding:pneumonia",), drop=("finding:opacity",))

    assert (rows["finding:pneumonia"]["kept"], rows["finding:pneumonia"]["reason"]) == (
        True,
        "keep_list",
    )
    assert (rows["finding:opacity"]["kept"], rows["finding:opacity"]["reason"]) == (
        False,
        "drop_list",
    )


def test_an_unknown_concept_in_a_list_is_an_error_that_names_near_ones(
    concepts: tuple[Concept, ...],
) -> None:
    with pytest.raises(
        VocabularyError, match=r"vocabulary\.drop.*'zone:lower_lobes'.*zone:lower_lobe"
    ):
        choose(concepts, drop=("zone:lower_lobes",))


def test_a_concept_cannot_be_kept_and_dropped(concepts: tuple[Concept, ...]) -> None:
    with pytest.raises(VocabularyError, match=r"'side:left' is both"):
        choose(concepts, keep=("side:left",), drop=("side:left",))
