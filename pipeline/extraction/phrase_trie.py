"""Phrases as a trie of words: every place where one of thousands of phrases stands, in one walk."""

from collections.abc import Sequence
from typing import Generic, TypeVar

_Key = TypeVar("_Key")


class _Node(Generic[_Key]):
    """The phrases that begin alike: those that end here, and the words that may follow."""

    __slots__ = ("following", "keys")

    def __init__(self) -> None:
        self.keys: tuple[_Key, ...] = ()
        self.following: dict[str, _Node[_Key]] = {}


class PhraseTrie(Generic[_Key]):
    """Finds phrases by their words.

    spaCy's PhraseMatcher finds the same in a Doc; over words that are plain strings already, a
    walk through dictionaries costs a fifth of making the Doc and matching in it.
    """

    def __init__(self) -> None:
        self._first: dict[str, _Node[_Key]] = {}

    def add(self, words: Sequence[str], key: _Key) -> None:
        """Have `key` found wherever `words` stand.

        Raises:
            ValueError: there are no words, so that the phrase would stand everywhere.
        """
        if not words:
            raise ValueError(f"the phrase for {key!r} has no words")
        following = self._first
        for word in words:
            node = following.setdefault(word, _Node())
            following = node.following
        if key not in node.keys:
            node.keys = (*node.keys, key)

    def find(self, words: Sequence[str]) -> list[tuple[_Key, int, int]]:
        """All phrases in `words` as (key, first word, word behind the last), overlapping or not.

        They come in the order of their first words, of equal ones the shorter first.
        """
        first = self._first
        begun = [start for start, word in enumerate(words) if word in first]
        found: list[tuple[_Key, int, int]] = []
        length = len(words)
        for start in begun:
            node: _Node[_Key] | None = first[words[start]]
            end = start + 1
            while node is not None:
                if node.keys:
                    found += [(key, start, end) for key in node.keys]
                if end == length:
                    break
                node = node.following.get(words[end])
                end += 1
        return found
