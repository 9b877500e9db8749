"""Phrases as a trie of words: every place where one of thousands of phrases stands, in one walk."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pipeline.extraction.batch.runs import IntArray, expand_runs, rows_before

#: The code of every word that no phrase has.
UNKNOWN = 0


class PhraseHits(NamedTuple):
    """Where phrases stand: the key of each, its first token and the token behind its last."""

    key: IntArray
    start: IntArray
    end: IntArray


class _Edges(NamedTuple):
    """The trie as columns: where each word leads from each node, and what ends at each node."""

    first: IntArray
    step: IntArray
    target: IntArray
    first_key: IntArray
    keys: IntArray
    key: IntArray


class PhraseTrie:
    """Finds phrases by their words, at all tokens of many texts at once.

    spaCy's PhraseMatcher finds the same in a Doc. Here a step of the walk is one look-up of whole
    columns, which costs a hundredth of making a Doc and matching in it.
    """

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._steps: dict[tuple[int, int], int] = {}
        self._keys: list[list[int]] = [[]]  # of each node; 0 is where all phrases begin
        self._edges: _Edges | None = None

    def add(self, words: Sequence[str], key: int) -> None:
        """Have `key` found wherever `words` stand.

        Raises:
            ValueError: there are no words, so that the phrase would stand everywhere.
        """
        if not words:
            raise ValueError(f"the phrase for {key!r} has no words")
        node = 0
        for word in words:
            code = self._codes.setdefault(word, len(self._codes) + 1)
            following = self._steps.setdefault((node, code), len(self._keys))
            if following == len(self._keys):
                self._keys.append([])
            node = following
        if key not in self._keys[node]:
            self._keys[node].append(key)
        self._edges = None

    def code(self, word: str) -> int:
        """The number by which `find` knows a word; `UNKNOWN` if no phrase has it."""
        return self._codes.get(word, UNKNOWN)

    def find(self, words: IntArray, text_ends: IntArray) -> PhraseHits:
        """All phrases, overlapping or not, in the order of (first token, length, added first).

        Args:
            words: [T] codes of the tokens of all texts, one text behind the other.
            text_ends: [T] for each token the one behind the last of its text.
        """
        edges = self._edges = self._edges or self._columns()
        width = len(self._codes) + 1
        start = np.flatnonzero(edges.first[words] > 0)
        node, end = edges.first[words[start]], start + 1
        found: list[tuple[IntArray, IntArray, IntArray]] = []
        while len(start):
            hit = edges.keys[node] > 0
            found.append((node[hit], start[hit], end[hit]))
            more = end < text_ends[start]
            start, end, node = start[more], end[more], node[more]
            wanted = node * width + words[end]
            place = np.minimum(np.searchsorted(edges.step, wanted), len(edges.step) - 1)
            leads = edges.step[place] == wanted
            start, end, node = start[leads], end[leads] + 1, edges.target[place[leads]]
        return _in_order(edges, found)

    def _columns(self) -> _Edges:
        width = len(self._codes) + 1
        first = np.zeros(width, dtype=np.int64)
        steps = np.array([node * width + word for node, word in self._steps], dtype=np.int64)
        targets = np.array(list(self._steps.values()), dtype=np.int64)
        begins = steps < width
        first[steps[begins]] = targets[begins]
        order = np.argsort(steps)
        counts = np.array([len(keys) for keys in self._keys], dtype=np.int64)
        return _Edges(
            first=first,
            # One that nothing leads to, so that a look-up always has a place to look at.
            step=np.append(steps[order], -1) if not len(steps) else steps[order],
            target=targets[order],
            first_key=rows_before(counts),
            keys=counts,
            key=np.array([key for keys in self._keys for key in keys], dtype=np.int64),
        )


def _in_order(edges: _Edges, found: list[tuple[IntArray, IntArray, IntArray]]) -> PhraseHits:
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return PhraseHits(nothing, nothing, nothing)
    node, start, end = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((end, start))
    node, start, end = node[order], start[order], end[order]
    rows, hit = expand_runs(edges.first_key[node], edges.keys[node])
    return PhraseHits(edges.key[rows], start[hit], end[hit])
