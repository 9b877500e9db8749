"""Characters and UTF-16 code units."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.auditing.exchange.offsets import Utf16


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_units_are_those_of_utf_16_and_lead_back(text: str) -> None:
    counted = Utf16(text)
    for character in range(len(text) + 1):
        unit = counted.units(character)
        assert unit == len(text[:character].encode("utf-16-le")) // 2
        assert counted.character(unit) == character


def test_what_starts_no_character_is_none() -> None:
    counted = Utf16("a🫁b")
    assert [counted.character(unit) for unit in (0, 1, 2, 3, 4, 5)] == [0, 1, None, 2, 3, None]
    assert counted.character("1") is None
    assert counted.character(True) is None
    assert Utf16("ab").character(3) is None
    assert Utf16("").character(0) == 0
