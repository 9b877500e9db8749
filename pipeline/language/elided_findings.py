"""Findings that leave their noun to another: "no effusion on the left, moderate on the right"."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pipeline.lexicon.grammar import WordLists

# How many words between the denied finding and the word that stands for another of it.
_REACH: Final = 12


class Named(NamedTuple):
    """A phrase that names a concept: first token, token behind the last, and the category."""

    start: int
    end: int
    category: str


def elided_findings(
    words: Sequence[str], phrases: Sequence[Named], lists: WordLists
) -> Iterator[tuple[int, int]]:
    """Words such as "moderate" that stand for a finding denied elsewhere before them.

    A place stands behind the finding and another behind the word: without them the word might be
    of anything.

    Args:
        words: of a passage, in lower case.
        phrases: the phrases that stand in full, in text order.
        lists: the words for it.

    Yields:
        The word's token, and the index of the phrase whose finding it stands for.
    """
    for token in range(2, len(words) - 1):
        if words[token] in lists.elided_openers and _joins(words, token - 1, lists):
            index = _denied_before(words, phrases, token - 1, lists)
            if index is not None and _is_placed(words, phrases, token + 1, lists):
                yield token, index


def _joins(words: Sequence[str], token: int, lists: WordLists) -> bool:
    joints = (lists.statement_joints, lists.clause_joints, lists.alternatives)
    return any(words[token] in words_of_list for words_of_list in joints)


def _is_placed(
    words: Sequence[str], phrases: Sequence[Named], token: int, lists: WordLists
) -> bool:
    """Whether a place follows: "on the right"."""
    if words[token] not in lists.elided_locatives:
        return False
    behind = token + 1
    while behind < len(words) and words[behind] in lists.determiners:
        behind += 1
    return any(one.start == behind and one.category in ("side", "zone") for one in phrases)


def _denied_before(
    words: Sequence[str], phrases: Sequence[Named], joint: int, lists: WordLists
) -> int | None:
    """The phrase of the last finding before a joint that is denied and placed."""
    placed = any(one.end == joint and one.category in ("side", "zone") for one in phrases)
    found = [i for i, one in enumerate(phrases) if one.category == "finding" and one.end <= joint]
    if not placed or not found or joint - phrases[found[-1]].end > _REACH:
        return None
    last = phrases[found[-1]]
    if not lists.breaks.isdisjoint(words[last.end : joint]):
        return None
    for token in range(last.start - 1, -1, -1):
        if words[token] in lists.absence_words:
            return found[-1]
        if words[token] in lists.breaks or words[token] in lists.finite_verbs:
            return None
    return None
