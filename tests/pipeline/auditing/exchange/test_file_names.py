"""File names of hostile ids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.auditing.exchange.file_names import (
    DistinctNames,
    file_name,
    is_file_name,
    report_id_of,
)

IDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=128
)


@given(IDS)
def test_names_are_plain_short_and_read_back(report_id: str) -> None:
    name = file_name(report_id)
    assert is_file_name(name)
    assert len(name) <= 200
    assert not name.startswith("-")
    assert report_id_of(name) in (report_id, None)
    # Ids as sources have them read back always.
    if len(report_id) < 17:
        assert report_id_of(name) == report_id


@pytest.mark.parametrize(
    ("report_id", "name"),
    [
        ("s50414267", "s50414267"),
        ("CXR2-1", "CXR2-1"),
        ("../etc", "_2e_2e_2fetc"),
        ("a_b", "a_5fb"),
        ("ö", "_c3_b6"),
        ("con", "_63on"),
        ("-rf", "_2drf"),
    ],
)
def test_ordinary_ids_stay_as_they_are(report_id: str, name: str) -> None:
    assert file_name(report_id) == name
    assert report_id_of(name) == report_id


@pytest.mark.parametrize("name", ["", "a_2", "_61", "a_2F", "_ff"])
def test_other_names_are_of_no_report(name: str) -> None:
    with pytest.raises(ValueError, match=r"codec|no report"):
        report_id_of(name)


@given(st.lists(IDS, unique=True))
def test_names_stay_apart_where_case_does_not_count(report_ids: list[str]) -> None:
    given_names = DistinctNames()
    names = [given_names.name(one) for one in dict.fromkeys([*report_ids, "Q1", "q1"])]
    assert len({name.lower() for name in names}) == len(names)
    assert all(is_file_name(name) for name in names)
