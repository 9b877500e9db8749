"""Looking for the nearest of the places at which something stands in a passage.

What every cue and every finding ask for is looked up, not walked to word by word: a thousand words
without a full stop would take each of them past all the others.
"""

import sys
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

#: Behind all places.
NOWHERE: Final = sys.maxsize


def next_place(places: Sequence[int], token: int) -> int:
    """The first of sorted places that is `token` or behind it; `NOWHERE` if none is."""
    index = bisect_left(places, token)
    return places[index] if index < len(places) else NOWHERE


def place_before(places: Sequence[int], token: int) -> int:
    """The last of sorted places before `token`; -1 if none is."""
    index = bisect_left(places, token)
    return places[index - 1] if index else -1
