"""Zones that leave their noun to another: "right middle and lower lobe", "lower left lung"."""

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.lexicon.grammar import ZoneLists

_REACH: Final = 10
_Spans = Sequence[tuple[int, int]]


def elided_zones(
    words: Sequence[str], levels: Sequence[bool], phrases: _Spans, lists: ZoneLists
) -> Iterator[tuple[int, str]]:
    """Levels that no phrase has, and the zone that each stands for with the noun that it shares.

    Args:
        words: of a passage, in lower case.
        levels: whether each is, correctly spelt, a level such as "lower".
        phrases: (first token, token behind the last) of the phrases that stand in full.
        lists: the words for it.

    Yields:
        The level's token, and the zone as it would stand in full, such as "middle lobe".
    """
    in_phrases = {token for start, end in phrases for token in range(start, end)}
    ends = {start: end for start, end in phrases if levels[start]}
    for token in range(len(words)):
        if levels[token] and token not in in_phrases:
            yield token, f"{words[token]} {_shared_noun(words, token, ends, lists)}"


def _shared_noun(words: Sequence[str], level: int, ends: dict[int, int], lists: ZoneLists) -> str:
    """The noun that a level shares with what follows it; empty where there is none."""
    for token in range(level + 1, min(level + _REACH, len(words))):
        if token in ends:
            return " ".join(words[token + 1 : ends[token]])
        if words[token] in lists.zone_nouns:
            return words[token]
        if words[token] not in lists.zone_joints and words[token] not in lists.zone_levels:
            break
    return ""
