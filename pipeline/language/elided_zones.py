"""Zones half said: "right middle and lower lobe", "lower left lung"."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.extraction.batch.runs import IntArray, spread
from pipeline.language.tokens import TokenColumns

_BETWEEN: Final = frozenset(
    {"and", "or", "/", ",", "&", "-", "left", "right", "both", "bilateral", "the", "to"}
)
_NOUNS: Final = frozenset({"lobe", "lobes", "lung", "lungs", "zone", "zones", "hemithorax"})
_REACH: Final = 6


LEVELS: Final = frozenset({"upper", "middle", "mid", "lower"})


def half_said(
    tokens: TokenColumns,
    texts: Sequence[str],
    level: npt.NDArray[np.bool_],
    start: IntArray,
    end: IntArray,
) -> Iterator[tuple[int, str]]:
    """Levels that no phrase has, and the zone that each stands for with the noun that it shares.

    Args:
        tokens: the tokens of `texts`.
        texts: what the tokens are of.
        level: [T] whether a token is one of `LEVELS`.
        start: [M] first tokens of the phrases that stand in full.
        end: [M] the tokens behind their last.

    Yields:
        The level's token, and the zone as it would stand in full.
    """
    whole = level[start]
    ends = dict(zip(start[whole].tolist(), end[whole].tolist(), strict=True))
    alone = level.copy()
    alone[spread(start, end - start)[0]] = False
    for position in np.flatnonzero(alone).tolist():
        stop = int(tokens.first[tokens.text[position] + 1])
        text = texts[tokens.text[position]]
        reach = range(position + 1, min(position + _REACH, stop))
        yield position, f"{_word(tokens, text, position)} {_head(tokens, text, reach, ends)}"


def _word(tokens: TokenColumns, text: str, position: int) -> str:
    return text[tokens.start[position] : tokens.end[position]].lower()


def _head(tokens: TokenColumns, text: str, reach: range, ends: dict[int, int]) -> str:
    """The noun that a level shares with what follows it, which is in `reach`.

    Args:
        tokens: all tokens.
        text: what those in reach are of.
        reach: tokens behind the level.
        ends: of each match that begins with a level, by its first token, the token behind it.
    """
    for position in reach:
        if position in ends:
            return " ".join(_word(tokens, text, p) for p in range(position + 1, ends[position]))
        word = _word(tokens, text, position)
        if word in _NOUNS:
            return word
        if word not in _BETWEEN and word not in LEVELS:
            break
    return ""
