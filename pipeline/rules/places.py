"""Where something stands in a passage, and which of these places is nearest.

What every cue and every finding ask for is looked up, not walked to word by word: a thousand words
without a full stop would take each of them past all the others.
"""

import sys
from bisect import bisect_left
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

#: Behind all places.
NOWHERE: Final = sys.maxsize


def places_of(
    members: AbstractSet[str], words: Sequence[str], sentence: tuple[int, int]
) -> list[int]:
    """Where in a sentence a word of a list stands, sorted.

    Args:
        members: the list.
        words: of the passage.
        sentence: first token of the sentence, and the one behind its last.
    """
    return [token for token in range(*sentence) if words[token] in members]


def next_place(places: Sequence[int], token: int) -> int:
    """The first of sorted places that is `token` or behind it; `NOWHERE` if none is."""
    index = bisect_left(places, token)
    return places[index] if index < len(places) else NOWHERE


def place_before(places: Sequence[int], token: int) -> int:
    """The last of sorted places before `token`; -1 if none is."""
    index = bisect_left(places, token)
    return places[index - 1] if index else -1
