"""A finding that is spelt in two ways is one concept."""

import pytest

from data_contracts.concepts import is_concept_id
from data_contracts.published_names import concept_named, known_names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Infiltrate", "Infiltration"),
        ("Pleural_Thickening", "pleural thickening"),
        ("Effusion", "Pleural Effusion"),
        ("Airspace Opacity", "Lung Opacity"),
    ],
)
def test_two_spellings_are_one_concept(one: str, other: str) -> None:
    assert concept_named(one) == concept_named(other) is not None


def test_an_unknown_name_is_no_concept() -> None:
    assert concept_named("No Finding") is None


def test_all_names_mean_concepts() -> None:
    assert all(is_concept_id(concept) for concept in known_names().values())


def test_names_of_padchest_and_maplez_mean_what_those_of_others_do() -> None:
    assert concept_named("lung edema") == concept_named("Edema")
    assert concept_named("Infiltrates") == concept_named("Infiltration")
    assert concept_named("laminar atelectasis") == "finding:atelectasis"
