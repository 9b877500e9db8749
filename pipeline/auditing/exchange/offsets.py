"""Offsets as browsers count them, in UTF-16 code units, and as we do, in characters."""

from itertools import accumulate


class Utf16:
    """Both ways of counting a text; they differ only behind characters such as 🫁."""

    def __init__(self, text: str) -> None:
        self._plain = text.isascii() or max(text) <= "\uffff"
        self._length = len(text)
        if not self._plain:
            self._units = [0, *accumulate(1 + (c > "\uffff") for c in text)]
            self._characters = {unit: i for i, unit in enumerate(self._units)}

    def units(self, character: int) -> int:
        """Where a character stands in code units."""
        return character if self._plain else self._units[character]

    def character(self, unit: object) -> int | None:
        """The character that starts at a code unit; None where none does."""
        if not isinstance(unit, int) or isinstance(unit, bool):
            return None
        if self._plain:
            return unit if 0 <= unit <= self._length else None
        return self._characters.get(unit)
