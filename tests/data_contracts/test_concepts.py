"""Concept ids are the words that all tables share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.concepts import CATEGORIES, category_of, is_concept_id
from data_contracts.tables import LABELS


@given(st.sampled_from(CATEGORIES), st.from_regex(r"[a-z][a-z0-9_]*", fullmatch=True))
def test_a_concepts_category_is_what_its_id_starts_with(category: str, name: str) -> None:
    assert category_of(f"{category}:{name}") == category
    assert LABELS.family_names([f"{category}:{name}"]) == (f"{category}:{name}",)


@given(st.text())
def test_text_without_a_category_is_no_concept(text: str) -> None:
    assert not is_concept_id(text.replace(":", ""))


@pytest.mark.parametrize(
    "wrong", ["opacity", "zone:Lower Lobe", "organ:heart", "zone:", "zone:a\n"]
)
def test_a_wrong_id_is_shown_beside_a_right_one(wrong: str) -> None:
    with pytest.raises(ValueError, match="zone:lower_lobe"):
        category_of(wrong)
